/** A table of any length: only the rows in sight are in the page, and those to come are asked for in time. */
import { measureElement, useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useEffectEvent, useRef } from 'react';
import styles from './virtual-table.module.css';

/** A column. */
export interface Column<Row> {
  readonly key: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** As CSS grid has it, e.g. `12rem` or `minmax(10rem, 2fr)`; an even share unless given. */
  readonly width?: string;
}

interface VirtualTableProps<Row> {
  /** Names the table for those who cannot see it. */
  readonly label: string;
  /** The same at each render: else every row is drawn anew at each step of the scrolling. */
  readonly columns: readonly Column<Row>[];
  /** The rows read so far. */
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** How many rows there are in all; null while nobody knows. */
  readonly total: number | null;
  /** Called when the end of what was read comes into sight, while {@link hasMore}. */
  readonly onMore: () => void;
  readonly hasMore: boolean;
}

/** Of one line, until the first rows are there. In px. */
const ROW_HEIGHT = 44;
/** Of the head with both borders of the table, in px. */
const HEAD_HEIGHT = 40;
/** Rows beyond the edge, so that quick scrolling meets content. */
const OVERSCAN = 6;
/** So many rows from the end more are asked for: a page is there before it comes into sight. */
const AHEAD = 40;

/** The table, with a height of its own within the page where it is long. */
export function VirtualTable<Row>({ label, columns, rows, rowKey, total, onMore, hasMore }: VirtualTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  // Longer content makes a row higher, and most rows are as low as any: what was guessed right is drawn once.
  const lowest = useRef(Infinity);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (lowest.current === Infinity ? ROW_HEIGHT : lowest.current),
    measureElement: (element, entry, instance) => {
      const height = measureElement(element, entry, instance);
      lowest.current = Math.min(lowest.current, height);
      return height;
    },
    overscan: OVERSCAN,
    // Frames come before rows: while somebody flings it, a row may be late.
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const more = useEffectEvent(() => onMore());
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) more();
  }, [hasMore, last, rows.length]);
  const gridTemplateColumns = columns.map(({ width = 'minmax(8rem, 1fr)' }) => width).join(' ');
  return (
    // Scrolled by the arrow keys, which need it to have the focus.
    <div
      ref={scroller}
      className={styles['scroller']}
      data-unfinished={total === null || undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={label}
      style={{ height: virtualizer.getTotalSize() + HEAD_HEIGHT }}
    >
      <div role="table" aria-label={label} aria-rowcount={total === null ? -1 : total + 1} className={styles['table']}>
        <div role="row" aria-rowindex={1} className={styles['head']} style={{ gridTemplateColumns }}>
          {columns.map(({ key, header }) => (
            <div key={key} role="columnheader" className={styles['cell']}>
              {header}
            </div>
          ))}
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <TableRow
              // Heights are kept by index, though: asking for the keys of 50,000 rows as each page comes would be felt.
              key={rowKey(rows[index]!)}
              index={index}
              start={start}
              row={rows[index]!}
              columns={columns}
              gridTemplateColumns={gridTemplateColumns}
              measure={virtualizer.measureElement}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface TableRowProps<Row> {
  /** Counted from 0. */
  readonly index: number;
  /** From the top of the first row, in px. */
  readonly start: number;
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly gridTemplateColumns: string;
  readonly measure: (element: HTMLElement | null) => void;
}

/** Rows that stay in sight are not drawn again as others come. */
const TableRow = memo(function TableRow<Row>({ index, start, row, columns, gridTemplateColumns, measure }: TableRowProps<Row>) {
  return (
    <div
      ref={measure}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      className={styles['row']}
      style={{ gridTemplateColumns, transform: `translateY(${start}px)` }}
    >
      {columns.map(({ key, cell }) => (
        <div key={key} role="cell" className={styles['cell']}>
          {cell(row)}
        </div>
      ))}
    </div>
  );
}) as <Row>(props: TableRowProps<Row>) => ReactNode;

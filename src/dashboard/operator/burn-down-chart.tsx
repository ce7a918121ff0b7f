/** The chart itself. Load this module lazily: it brings the charting library. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatInstant } from '../format/dates.ts';
import { LOCALE } from '../format/locale.ts';
import { formatCount } from '../format/numbers.ts';
import { useTimeZone } from '../format/time-zone.ts';
import { useTheme } from '../theme/theme.ts';
import styles from './burn-down.module.css';
import { type BurnDown, type LineName, LINES, spanOf } from './burn-down.rules.ts';
import { LINE } from './words.ts';

interface BurnDownChartProps {
  readonly data: BurnDown;
  /** ISO 8601; null while it is unknown. */
  readonly deadline: string | null;
}

/** Where the pointer is: at which instant, and how far from the left in a chart of a width, in px. */
interface Hover {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

const COLOR: Readonly<Record<LineName, string>> = {
  pending: '--accent',
  optedIn: '--good',
  new: '--text-soft',
  mandatory: '--warn',
  later: '--bad',
};
const DASH: Readonly<Partial<Record<LineName, number[]>>> = { optedIn: [8, 4], new: [2, 3], later: [5, 3] };
/** Beyond it the tip would leave the chart, and stands on the other side of the pointer. */
const TIP_PX = 190;
const DARK = '(prefers-color-scheme: dark)';

/** Lines over time with the deadline; what a pointer is over is told beside it. Who sees none of it has the table below. */
export function BurnDownChart(props: BurnDownChartProps) {
  const theme = useTheme();
  const isDark = useSystemDark();
  // A canvas keeps the colours it was drawn in.
  return <Chart key={`${theme} ${isDark}`} {...props} />;
}

function Chart({ data, deadline }: BurnDownChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const timeZone = useTimeZone();
  const make = useEffectEvent((element: HTMLDivElement, options: Pick<PlotOptions, 'deadline' | 'timeZone'>) =>
    makePlot(element, { ...options, data: columnsOf(data), onHover: setHover }),
  );
  useEffect(() => {
    const element = box.current!;
    const made = make(element, { deadline, timeZone });
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width !== made.width || height !== made.height) made.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [deadline, timeZone]);
  // Lines are changed in place.
  useEffect(() => plot.current?.setData(columnsOf(data)), [data]);
  return (
    <div className={styles['chart']} aria-hidden="true">
      <div ref={box} className={styles['chart']} />
      {hover && <Tip hover={hover} data={data} timeZone={timeZone} />}
    </div>
  );
}

interface TipProps {
  readonly hover: Hover;
  readonly data: BurnDown;
  readonly timeZone: string;
}

function Tip({ hover: { index, left, width }, data, timeZone }: TipProps) {
  const seconds = data.seconds[index];
  if (seconds === undefined) return null;
  const isRight = left + TIP_PX > width;
  return (
    <div className={styles['tip']} style={isRight ? { right: width - left + 12 } : { left: left + 12 }}>
      <strong>{formatInstant(new Date(seconds * 1_000).toISOString(), timeZone)}</strong>
      {data.shown.flatMap((name) => [
        <span key={name}>{LINE[name]}</span>,
        <span key={`${name} count`}>{formatCount(data.lines[name][index] ?? 0)}</span>,
      ])}
    </div>
  );
}

function useSystemDark(): boolean {
  const [isDark, setIsDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const media = matchMedia(DARK);
    const listen = () => setIsDark(media.matches);
    media.addEventListener('change', listen);
    return () => media.removeEventListener('change', listen);
  }, []);
  return isDark;
}

/** Every line is there, so that one can begin to matter in place; what is zero throughout is not drawn. */
function columnsOf({ seconds, lines, shown }: BurnDown): uPlot.AlignedData {
  return [[...seconds], ...LINES.map((name) => (shown.includes(name) ? [...lines[name]] : lines[name].map(() => null)))];
}

interface PlotOptions {
  readonly deadline: string | null;
  readonly timeZone: string;
  readonly data: uPlot.AlignedData;
  readonly onHover: (hover: Hover | null) => void;
}

function makePlot(element: HTMLDivElement, { deadline, timeZone, data, onHover }: PlotOptions): uPlot {
  const color = (name: string) => resolved(element, name);
  const deadlineAt = deadline === null ? null : Date.parse(deadline) / 1_000;
  const axis = {
    stroke: color('--text-soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: `12px ${getComputedStyle(element).fontFamily}`,
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height: element.clientHeight,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), timeZone),
      scales: {
        x: { range: (plot) => [...spanOf(plot.data[0] as number[], deadlineAt)] as [number, number] },
        // One above nothing is still a whole account.
        y: { range: (_, _min, max) => [0, Math.max(4, Math.ceil(max * 1.08))] },
      },
      axes: [
        { ...axis, grid: { show: false }, space: 90, size: 32, values: (_, splits) => dayLabels(splits, timeZone) },
        {
          ...axis,
          size: (_: uPlot, labels: string[] | null) => 16 + 7.5 * Math.max(1, ...(labels ?? []).map((label) => label.length)),
          incrs: [1, 2, 5, ...[1, 2.5, 5].flatMap((step) => [10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].map((power) => step * power))].toSorted(
            (one, other) => one - other,
          ),
          values: (_, splits) => splits.map((count) => formatCount(count)),
        },
      ],
      series: [
        {},
        ...LINES.map((name) => ({
          label: LINE[name],
          stroke: color(COLOR[name]),
          width: 2,
          ...(DASH[name] && { dash: DASH[name] }),
          ...(name === 'pending' && { fill: color('--accent-soft') }),
          points: { show: false },
        })),
      ],
      hooks: {
        draw: [(plot) => deadlineAt !== null && drawDeadline(plot, deadlineAt, color('--bad'), axis.font)],
        setCursor: [
          ({ cursor: { idx, left = -1 }, bbox, width }) =>
            onHover(typeof idx === 'number' && left >= 0 ? { index: idx, left: left + bbox.left / devicePixelRatio, width } : null),
        ],
      },
    },
    data,
    element,
  );
}

/** A day under each mark, and the time where marks are closer than days. */
function dayLabels(splits: readonly number[], timeZone: string): string[] {
  const isWithinDays = splits.length > 1 && splits[1]! - splits[0]! < 86_400;
  const format = new Intl.DateTimeFormat(LOCALE, {
    timeZone,
    day: 'numeric',
    month: 'short',
    ...(isWithinDays && { hour: '2-digit', minute: '2-digit' }),
  });
  return splits.map((seconds) => format.format(seconds * 1_000));
}

function drawDeadline(plot: uPlot, seconds: number, color: string, font: string): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(seconds, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width + 1) return;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = font.replace('12px', `600 ${12 * devicePixelRatio}px`);
  const isRight = x > bbox.left + bbox.width / 2;
  ctx.textAlign = isRight ? 'right' : 'left';
  ctx.fillText('Deadline', x + (isRight ? -6 : 6) * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
  ctx.restore();
}

/** A colour of the theme as a canvas takes it. */
function resolved(element: HTMLElement, name: string): string {
  const probe = element.ownerDocument.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

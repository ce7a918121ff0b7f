/** How far a long command is, for somebody who watches. */
import { type Options, SingleBar } from 'cli-progress';

/** Where there is no terminal to draw a bar on, a line this often. */
const PLAIN_LINE_EVERY_MS = 5_000;
const BAR: Options = { format: '{bar} {percentage}% | {value} of {total} | {eta_formatted} left', etaBuffer: 50, clearOnComplete: true };

/** What is counted. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Shows {@link Progress} as it comes, until it is stopped. */
export interface ProgressDisplay {
  readonly update: (progress: Progress) => void;
  readonly stop: () => void;
}

/** A bar on a terminal, else a line now and then. @param output usually process.stderr */
export function showProgress(output: NodeJS.WriteStream): ProgressDisplay {
  return output.isTTY ? bar(output) : plainLines(output);
}

function bar(output: NodeJS.WriteStream): ProgressDisplay {
  const drawn = new SingleBar({ ...BAR, stream: output });
  let started = false;
  return {
    update: ({ total, done }) => {
      if (!started) drawn.start(total, 0);
      started = true;
      drawn.setTotal(total);
      drawn.update(done);
    },
    stop: () => drawn.stop(),
  };
}

function plainLines(output: NodeJS.WriteStream): ProgressDisplay {
  let last = performance.now();
  return {
    update: ({ total, done }) => {
      if (performance.now() - last < PLAIN_LINE_EVERY_MS) return;
      last = performance.now();
      output.write(`${done} of ${total}\n`);
    },
    stop: () => undefined,
  };
}

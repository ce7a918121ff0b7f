/** Metrics as Prometheus reads them, and what `promtool check metrics` says of them. */

/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its samples; those of a histogram have names with an ending. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

/** What was read at once. */
export class Scrape {
  readonly metrics: readonly Metric[];

  /** @param text in the text format; throws where a line is none */
  constructor(readonly text: string) {
    const metrics: (Metric & { samples: Sample[] })[] = [];
    for (const line of text.split('\n')) {
      const [, name, help] = /^# HELP (\S+) (.+)$/.exec(line) ?? [];
      const [, , type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (name !== undefined) metrics.push({ name, help: help!, type: '', samples: [] });
      else if (type !== undefined) metrics.push({ ...metrics.pop()!, type });
      else if (line !== '') metrics.at(-1)!.samples.push(sampleOf(line));
    }
    this.metrics = metrics;
  }

  /** The samples of one name whose labels have at least these values. */
  samples(name: string, labels: Readonly<Record<string, string>> = {}): Sample[] {
    return this.metrics
      .flatMap(({ samples }) => samples)
      .filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  }

  /** The one value of a name with these labels; undefined where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.samples(name, labels);
    if (found.length > 1) throw new Error(`${found.length} samples of ${name} fit ${JSON.stringify(labels)}.`);
    return found[0]?.value;
  }

  /** The values of a name by those of one label. */
  by(label: string, name: string, labels: Readonly<Record<string, string>> = {}): Record<string, number> {
    return Object.fromEntries(this.samples(name, labels).map((sample) => [sample.labels[label]!, sample.value]));
  }
}

/** Reads the metrics of a process. */
export async function scrape(url: string, token: string): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return new Scrape(await answer.text());
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

function sampleOf(line: string): Sample {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  const number = value === undefined || /^nan$/i.test(value) ? NaN : Number(value.replace('Inf', 'Infinity'));
  if (name === undefined || (Number.isNaN(number) && !/^nan$/i.test(value!))) throw new Error(`No sample: ${line}`);
  return {
    name,
    labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, text]) => [label!, text!] as const)),
    value: number,
  };
}

/** Units that are no base units, and what stands for them. */
const UNITS: Readonly<Record<string, string>> = {
  milliseconds: 'seconds',
  ms: 'seconds',
  microseconds: 'seconds',
  minutes: 'seconds',
  hours: 'seconds',
  days: 'seconds',
  kilobytes: 'bytes',
  megabytes: 'bytes',
  bits: 'bytes',
  percent: 'ratio',
};
const ABBREVIATIONS = ['s', 'sec', 'secs', 'hr', 'hrs', 'us', 'ns', 'kb', 'mb', 'gb', 'b', 'num', 'cnt'];

/** What is wrong with metrics by the rules of promtool's linter: help, base units, endings, and names that say no type. */
export function lintMetrics(metrics: readonly Metric[]): string[] {
  const seen = new Set<string>();
  return metrics.flatMap(({ name, help, type, samples }) => {
    const words = name.split('_');
    const labels = samples.flatMap((sample) => Object.keys(sample.labels));
    const faults = [
      help.trim() === '' && 'no help text',
      !['counter', 'gauge', 'histogram', 'summary'].includes(type) && `no type, but "${type}"`,
      seen.has(name) && 'defined twice',
      /[A-Z]|:/.test(name) && 'names are in snake case, without colons',
      type === 'counter' && !name.endsWith('_total') && 'counters end in _total',
      type !== 'counter' && name.endsWith('_total') && 'only counters end in _total',
      type !== 'histogram' && type !== 'summary' && /_(count|sum|bucket)$/.test(name) && 'an ending of histograms',
      labels.some((label) => /[A-Z]/.test(label)) && 'labels are in snake case',
      type !== 'histogram' && labels.includes('le') && 'a label of histograms',
      type !== 'summary' && labels.includes('quantile') && 'a label of summaries',
      words.includes(type) && 'the type is no part of the name',
      words.some((word) => word in UNITS) && 'no base unit',
      words.some((word) => ABBREVIATIONS.includes(word)) && 'an abbreviated unit',
    ];
    seen.add(name);
    return faults.flatMap((fault) => (fault === false ? [] : [`${name}: ${fault}`]));
  });
}

/**
 * Liquid for texts that strangers write: it sees a mail's variables and nothing else, reads no file, escapes every value
 * for HTML, and ends soon whatever it is asked to do.
 */
import {
  AssertionError,
  Context,
  type Emitter,
  Liquid,
  LiquidError,
  type Template,
  type Token,
  Tokenizer,
  TokenKind,
  toValueSync,
  type Variable,
  type VariableLocation,
} from 'liquidjs';
import { LIQUID_VARIABLES, TEMPLATE_LIMITS } from './template.rules.ts';

/** The most characters a rendered text may have: a whole body of text and as much again that it is filled with. */
export const MAX_OUTPUT = 200_000;
/**
 * How long this process may work on filling a template; a mail takes below 1 ms. Others wait meanwhile, so a template that is
 * tried has little. One that passed is given more when it is sent: on a busy machine it must not fail for a reason that is
 * not its own.
 */
export const RENDER_MS = { tried: 100, sent: 1_000 } as const;
/** Characters and list items that filters and ranges may make in one rendering. */
const MEMORY = 1_000_000;
/** Characters within tags and outputs: the engine's time to look through them grows with their square. */
const MAX_LIQUID = 10_000;
/** Characters within one of them. */
const MAX_TAG = 1_000;
/** Brackets within one: the engine's time for brackets in brackets grows with their cube. */
const MAX_BRACKETS = 10;
/** How much memory templates kept parsed may take, in bytes; the least recently used go first. */
const KEPT_BYTES = 30_000_000;
/** What one takes, about: itself, of each character, and of each within tags and outputs. */
const TEMPLATE_BYTES = 1_000;
const TEXT_BYTES = 2;
const LIQUID_BYTES = 150;
/** How many unknown variables are told at once. */
const MAX_PROBLEMS = 20;

const TAGS = new Set(['assign', 'break', 'case', 'comment', 'continue', 'for', 'if', 'unless', 'raw', '#']);
/** All that only look at and change texts, numbers, dates and lists at a cost that grows no faster than they do. */
const FILTERS = new Set(
  'abs append at_least at_most capitalize ceil date default divided_by downcase escape first floor join last lstrip minus modulo plus prepend remove remove_first replace replace_first round rstrip size slice split strip times truncate truncatewords upcase url_encode'.split(
    ' ',
  ),
);
/** What can be asked of every text beside itself. */
const OF_TEXTS = new Set(['size', 'first', 'last']);
const KNOWN = new Set<string>(LIQUID_VARIABLES);

/** What is wrong with a template, and where; lines and columns count from 1. */
export interface TemplateProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A template that cannot be used. */
export class TemplateFault extends Error {
  /** @param problems at least one, in the order of the text */
  constructor(readonly problems: readonly TemplateProblem[]) {
    super(problems[0]!.message);
  }
}

/** What a template makes: HTML, in which every value is escaped, or plain text. */
export type TemplateKind = 'html' | 'text';

const ENGINES: Readonly<Record<TemplateKind, Liquid>> = { html: createEngine('escape'), text: createEngine() };
const parsed = new Map<string, Parsed>();
let keptBytes = 0;

/**
 * Looks for everything that is wrong with a template before anybody is sent it: syntax, tags and filters that are not
 * there, and variables that are not there, also in branches that no sample reaches.
 *
 * @throws TemplateFault
 */
export function checkTemplate(kind: TemplateKind, source: string): void {
  parse(kind, source);
  const tags = guarded(() => tagsOf(source));
  // Without the text between the tags, and a line for each: to say where a variable stands the engine reads all before it.
  const template = guarded(() => ENGINES[kind].parse(tags.map((tag) => tag.getText().replaceAll(/\s/g, ' ')).join('\n')));
  const { globals } = guarded(() => ENGINES[kind].analyzeSync(template, { partials: false }));
  const unknown = Object.values(globals)
    .flat()
    .flatMap((variable) => unknownVariables(variable))
    .map(({ name, location }) => ({ name, offset: tags[location.row - 1]!.begin + location.col - 1 }))
    .toSorted((one, other) => one.offset - other.offset);
  if (unknown.length > 0) throw new TemplateFault(unknown.slice(0, MAX_PROBLEMS).map((place) => unknownVariable(source, place)));
}

/**
 * Fills a template. One that passed {@link checkTemplate} fails only where it makes too much or takes too long.
 *
 * @param variables those of LIQUID_VARIABLES, nested as their names say
 * @param renderMs how long it may take, of {@link RENDER_MS}
 * @returns at most {@link MAX_OUTPUT} characters
 * @throws TemplateFault
 */
export function renderTemplate(
  kind: TemplateKind,
  source: string,
  variables: Readonly<Record<string, unknown>>,
  renderMs: number = RENDER_MS.tried,
): string {
  const template = parse(kind, source);
  const engine = ENGINES[kind];
  return guarded(() => {
    const output = new BoundedEmitter();
    const context = new Context(variables, engine.options, { sync: true }, { liquid: engine });
    context.renderLimit.check = workLimit(renderMs);
    toValueSync(engine.renderer.renderTemplates(template, context, output));
    return output.buffer.toWellFormed();
  });
}

function createEngine(outputEscape?: 'escape'): Liquid {
  const engine = new Liquid({
    ...(outputEscape && { outputEscape }),
    // Stands in place of the file system, with no file in it.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    // Variables are checked for all branches when a template is saved; a mail that is under way is sent.
    strictVariables: false,
    timezoneOffset: 0,
    locale: 'en',
    parseLimit: TEMPLATE_LIMITS.body,
    memoryLimit: MEMORY,
  });
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) delete engine.tags[name];
  for (const name of Object.keys(engine.filters)) if (!FILTERS.has(name)) engine.unregisterFilter(name);
  // Values are escaped once, at the end, by the engine itself; templates from elsewhere often ask for it too.
  if (outputEscape) engine.registerFilter('escape', (value: unknown) => value);
  return engine;
}

/**
 * The engine's own limit goes by the clock on the wall, which runs on while a busy machine does something else.
 *
 * @returns what the engine calls between any two steps
 */
function workLimit(ms: number): () => void {
  const [begun, worked] = [performance.now(), process.cpuUsage()];
  return () => {
    // The process may have worked in other threads too, so both have to be past it; the clock is cheaper to ask.
    if (performance.now() - begun <= ms) return;
    const { user, system } = process.cpuUsage(worked);
    if ((user + system) / 1_000 > ms) throw new AssertionError('template render limit exceeded');
  };
}

/** Stops a template that writes without end before the text is too large to hold. */
class BoundedEmitter implements Emitter {
  buffer = '';

  write(value: unknown): void {
    const text = textOf(value);
    if (this.buffer.length + text.length > MAX_OUTPUT) throw new Error(`it makes more than ${MAX_OUTPUT} characters`);
    this.buffer += text;
  }
}

/** Of what is no text only numbers, truths and lists of such mean anything to a reader. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A template as the engine reads it, and about how much memory that takes. */
interface Parsed {
  readonly template: Template[];
  readonly bytes: number;
}

function parse(kind: TemplateKind, source: string): Template[] {
  const key = `${kind}\n${source}`;
  const kept = parsed.get(key) ?? guarded(() => parseBounded(kind, source));
  if (!parsed.delete(key)) keptBytes += kept.bytes;
  parsed.set(key, kept);
  for (const [oldest, { bytes }] of parsed) {
    if (keptBytes <= KEPT_BYTES) break;
    parsed.delete(oldest);
    keptBytes -= bytes;
  }
  return kept.template;
}

function parseBounded(kind: TemplateKind, source: string): Parsed {
  const tags = tagsOf(source);
  const large = tags.find((tag) => tag.end - tag.begin > MAX_TAG || tag.getText().split('[').length - 1 > MAX_BRACKETS);
  if (large) {
    const message = `this has more than ${MAX_TAG} characters or ${MAX_BRACKETS} brackets; assign parts of it first`;
    throw new TemplateFault([{ ...placeOf(source, large.begin), message }]);
  }
  const length = tags.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (length > MAX_LIQUID) throw faultAtStart(`it has ${length} characters within tags and outputs; at most ${MAX_LIQUID} are taken`);
  const bytes = TEMPLATE_BYTES + source.length * TEXT_BYTES + length * LIQUID_BYTES;
  return { template: ENGINES[kind].parse(source), bytes };
}

/** The tags and outputs of a template, without the text between them. */
function tagsOf(source: string): Token[] {
  return new Tokenizer(source).readTopLevelTokens().filter(({ kind }) => kind !== TokenKind.HTML);
}

/** Runs the engine, and says what it throws as problems. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateFault) throw error;
    if (LiquidError.is(error)) throw new TemplateFault([problemOf(error)]);
    if (error instanceof AssertionError) throw faultAtStart(error.message);
    // The engine walks nested tags and brackets with the stack, which ends.
    if (error instanceof RangeError) throw faultAtStart('it is nested too deeply or makes too much');
    throw error;
  }
}

function problemOf(error: LiquidError): TemplateProblem {
  const [line = 1, column = 1] = error.token.getPosition();
  const message = error.originalError?.message ?? error.message;
  const known = Object.entries(WORDS).find(([start]) => message.startsWith(start));
  return { line, column, message: known ? known[1] : message.replace(/, (?:file:.*|line:\d+), col:\d+$/, '').slice(0, 200) };
}

/** What the engine says shortly. */
const WORDS: Readonly<Record<string, string>> = {
  'memory alloc limit exceeded': 'it makes too much: shorten its loops and texts',
  'template render limit exceeded': 'it takes too long: shorten its loops',
  'Maximum call stack': 'it is nested too deeply',
};

function faultAtStart(message: string): TemplateFault {
  return new TemplateFault([{ line: 1, column: 1, message }]);
}

interface Unknown {
  readonly name: string;
  readonly location: VariableLocation;
}

function unknownVariables({ segments, location }: Variable): Unknown[] {
  const path = segments.map((segment) => (typeof segment === 'object' ? '[…]' : String(segment)));
  const known = KNOWN.has(path.join('.')) || (KNOWN.has(path.slice(0, -1).join('.')) && OF_TEXTS.has(path.at(-1)!));
  const inner = segments.flatMap((segment) => (typeof segment === 'object' ? unknownVariables(segment) : []));
  return known ? inner : [{ name: path.join('.'), location }, ...inner];
}

function unknownVariable(source: string, { name, offset }: { name: string; offset: number }): TemplateProblem {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return { ...placeOf(source, offset), message: `there is no variable "${shown}"; use ${LIQUID_VARIABLES.join(', ')}` };
}

function placeOf(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

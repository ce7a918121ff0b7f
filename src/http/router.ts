import { GracelineError } from '../errors.ts';
import type { Route, Routes } from './route.ts';

/** A path with what may be done there. */
interface Place {
  readonly segments: readonly string[];
  readonly methods: Map<string, Route>;
}

/** Where a request goes. */
export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path takes only these methods. */
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'nowhere' };

/** Finds the route of a request by method and path. */
export class Router {
  private readonly places = new Map<string, Place>();

  /** @param routes see {@link Routes}; a key that is no method and path is a defect */
  constructor(routes: Routes) {
    for (const [key, route] of Object.entries(routes)) {
      const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(key) ?? [];
      if (!method || !path) throw new Error(`"${key}" is no method and path.`);
      const place = this.places.get(path) ?? { segments: path.split('/'), methods: new Map<string, Route>() };
      place.methods.set(method, route);
      if (method === 'GET') place.methods.set('HEAD', route);
      this.places.set(path, place);
    }
  }

  /**
   * The route of a request.
   *
   * @param path as it came, without its query
   * @throws GracelineError INVALID_INPUT where a part of the path is not percent-encoded UTF-8, or holds what no text may
   */
  match(method: string, path: string): Match {
    const parts = path.split('/');
    for (const { segments, methods } of this.places.values()) {
      if (!fits(segments, parts)) continue;
      const route = methods.get(method);
      return route ? { kind: 'found', route, params: paramsOf(segments, parts) } : { kind: 'wrong-method', allow: [...methods.keys()] };
    }
    return { kind: 'nowhere' };
  }

  /** A path as logs may show it: what stands in the place of a `{secret}` is not said. */
  shown(path: string): string {
    const parts = path.split('/');
    for (const { segments } of this.places.values())
      if (segments.includes(SECRET) && fits(segments, parts))
        return parts.map((part, i) => (segments[i] === SECRET ? SECRET : part)).join('/');
    return path;
  }
}

const SECRET = '{secret}';
const PARAM = /^\{(\w+)\}$/;

function fits(segments: readonly string[], parts: readonly string[]): boolean {
  return segments.length === parts.length && segments.every((segment, i) => (PARAM.test(segment) ? parts[i] !== '' : parts[i] === segment));
}

function paramsOf(segments: readonly string[], parts: readonly string[]): Record<string, string> {
  const named = segments.map((segment, i) => [PARAM.exec(segment)?.[1], parts[i]!] as const);
  return Object.fromEntries(named.flatMap(([name, part]) => (name === undefined ? [] : [[name, decoded(name, part)]])));
}

function decoded(name: string, part: string): string {
  try {
    const text = decodeURIComponent(part);
    // PostgreSQL holds no NUL in a text and would refuse to look.
    if (!text.includes('\0')) return text;
  } catch {
    // Said below, with what to do instead.
  }
  throw new GracelineError('INVALID_INPUT', `"${name}" in the address cannot be read. Percent-encode it as UTF-8.`, { field: name });
}

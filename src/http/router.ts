import { GracelineError } from '../errors.ts';
import { type ProtocolRoute, refusal, type Route, type Routes } from './route.ts';

/** A path with what may be done there. */
interface Place {
  /** As the routes have it. */
  readonly pattern: string;
  readonly segments: readonly Segment[];
  readonly methods: Map<string, ProtocolRoute>;
}

/** A part of a path: what stands there, or the name of what may. */
type Segment = string | { readonly name: string };

/** Where a request goes. */
export type Match =
  | {
      readonly kind: 'found';
      readonly route: ProtocolRoute;
      /** The path as the routes have it, e.g. `/api/v2/users/{id}`. */
      readonly pattern: string;
      readonly segments: readonly Segment[];
      readonly parts: readonly string[];
    }
  /** The path takes only these methods. */
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'nowhere' };

/** Finds the route of a request by method and path. */
export class Router {
  private readonly places = new Map<string, Place>();
  /** The same by how many parts the path has: of a request few are looked at. */
  private readonly byLength = new Map<number, Place[]>();

  /** @param routes see {@link Routes}; a key that is no method and path is a defect */
  constructor(routes: Routes) {
    for (const [key, route] of Object.entries(routes)) {
      const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(key) ?? [];
      if (!method || !path) throw new Error(`"${key}" is no method and path.`);
      const { methods } = this.placeAt(path);
      const found = typeof route === 'function' ? plain(route) : route;
      methods.set(method, found);
      if (method === 'GET') methods.set('HEAD', found);
    }
  }

  /**
   * The route of a request.
   *
   * @param path as it came, without its query
   */
  match(method: string, path: string): Match {
    const parts = path.split('/');
    for (const { pattern, segments, methods } of this.byLength.get(parts.length) ?? []) {
      if (!fits(segments, parts)) continue;
      const route = methods.get(method);
      return route ? { kind: 'found', route, pattern, segments, parts } : { kind: 'wrong-method', allow: [...methods.keys()] };
    }
    return { kind: 'nowhere' };
  }

  /** A path as logs may show it: what stands in the place of a `{secret}` is not said. */
  shown(path: string): string {
    const parts = path.split('/');
    for (const { segments } of this.byLength.get(parts.length) ?? [])
      if (segments.some(isSecret) && fits(segments, parts))
        return parts.map((part, i) => (isSecret(segments[i]!) ? '{secret}' : part)).join('/');
    return path;
  }

  private placeAt(path: string): Place {
    const known = this.places.get(path);
    if (known) return known;
    const segments = path.split('/').map((part): Segment => {
      const name = PARAM.exec(part)?.[1];
      return name === undefined ? part : { name };
    });
    const place = { pattern: path, segments, methods: new Map<string, ProtocolRoute>() };
    this.places.set(path, place);
    this.byLength.set(segments.length, [...(this.byLength.get(segments.length) ?? []), place]);
    return place;
  }
}

const PARAM = /^\{(\w+)\}$/;

function plain(answer: Route): ProtocolRoute {
  return { answer, wordingAt: () => refusal, quiet: false };
}

function isSecret(segment: Segment): boolean {
  return typeof segment !== 'string' && segment.name === 'secret';
}

/** @param parts as many as there are segments */
function fits(segments: readonly Segment[], parts: readonly string[]): boolean {
  return segments.every((segment, i) => (typeof segment === 'string' ? parts[i] === segment : parts[i] !== ''));
}

/**
 * What stood in the places `{name}` of the route's path, percent-decoded.
 *
 * @throws GracelineError INVALID_INPUT where a part of the path is not percent-encoded UTF-8, or holds what no text may
 */
export function paramsOf({ segments, parts }: Match & { kind: 'found' }): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) if (typeof segment !== 'string') params[segment.name] = decoded(segment.name, parts[i]!);
  return params;
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

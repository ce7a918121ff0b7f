/** Parts of the address as they were given: ids of accounts may hold slashes, spaces and per cent signs. */
import { useLocation } from 'wouter';

/** A part of the path of this page, decoded. @param index counted from 0: of `/accounts/acme` 1 is `acme` */
export function usePathPart(index: number): string {
  // For its changes alone: what it holds is decoded once already, after which some ids can no longer be told apart.
  useLocation();
  const part = location.pathname.split('/')[index + 1] ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

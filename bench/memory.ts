import { readFileSync } from 'node:fs';

/**
 * The most memory this process ever had resident, in bytes. On Linux a child's `maxRSS` starts at what its parent had when
 * it was spawned; the kernel's own high-water mark does not.
 */
export function peakRssBytes(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1_024;
}

/** Reading snapshots, in a process that holds nothing else: garbage collection walks through all that a process holds. */
import { answering } from '../fanout/child.ts';
import { measureSnapshots } from './snapshot-size.ts';

answering(null, { measure: () => measureSnapshots() });

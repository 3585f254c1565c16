import { burst } from './burst.js';
import { calibration } from './calibration.js';
import { criticalInOverload } from './critical-in-overload.js';
import { hot } from './hot.js';
import { hugeFanOut } from './huge-fan-out.js';
import { idleMemory } from './idle-memory.js';
import { instances } from './instances.js';
import { manyChannels } from './many-channels.js';
import { publishByFew, publishWithLog } from './publish-with-log.js';
import { reconnectStorm } from './reconnect-storm.js';
import { remoteLatency } from './remote-latency.js';
import type { Scenario } from './scenario.js';
import { spaced } from './spaced.js';
import { stalledNeighbour } from './stalled-neighbour.js';

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  calibration,
  spaced,
  burst,
  hot,
  hugeFanOut,
  manyChannels,
  publishWithLog,
  publishByFew,
  remoteLatency,
  idleMemory,
  reconnectStorm,
  instances,
  stalledNeighbour,
  criticalInOverload,
];

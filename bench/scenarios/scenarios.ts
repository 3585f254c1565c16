import { burst } from './burst.js';
import { hot } from './hot.js';
import { manyChannels } from './many-channels.js';
import { publishWithLog } from './publish-with-log.js';
import type { Scenario } from './scenario.js';
import { spaced } from './spaced.js';

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [spaced, burst, hot, manyChannels, publishWithLog];

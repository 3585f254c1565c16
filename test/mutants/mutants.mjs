import { append } from './append.mjs';
import { appender } from './appender.mjs';
import { bus } from './bus.mjs';
import { catchUp } from './catch-up.mjs';
import { checker } from './checker.mjs';
import { config } from './config.mjs';
import { delivery } from './delivery.mjs';
import { gateway } from './gateway.mjs';
import { history } from './history.mjs';
import { joining } from './joining.mjs';
import { lanes } from './lanes.mjs';
import { relay } from './relay.mjs';
import { sdk } from './sdk.mjs';
import { sdkPublishes } from './sdk-publishes.mjs';
import { sdkStore } from './sdk-store.mjs';

/**
 * Bugs to plant, one at a time. Each says what would be wrong, which faults (rows of the fault suite) it
 * would do harm in, where it stands (`find` is there exactly once), and the check that must catch it.
 */
export const mutants = [
  ...append,
  ...appender,
  ...bus,
  ...history,
  ...relay,
  ...delivery,
  ...catchUp,
  ...lanes,
  ...gateway,
  ...joining,
  ...sdk,
  ...sdkPublishes,
  ...sdkStore,
  ...config,
  ...checker,
];

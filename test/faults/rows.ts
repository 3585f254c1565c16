import type { Row } from './row.js';
import { noFault } from './rows/f0-no-fault.js';
import { instanceKilled } from './rows/f1-instance-killed.js';
import { rollingRestart } from './rows/f2-rolling-restart.js';
import { instancePaused } from './rows/f3-instance-paused.js';
import { eventLoopStalled } from './rows/f4-event-loop-stalled.js';
import { heapShort } from './rows/f5-heap-short.js';
import { descriptorsOut } from './rows/f6-descriptors-out.js';
import { cpuStarved } from './rows/f7-cpu-starved.js';
import { fanOutThrew, publishThrew } from './rows/f8-exception.js';
import { killedBeforeAnswer } from './rows/f9-killed-before-answer.js';
import { killedBeforeAppend } from './rows/f10-killed-before-append.js';
import { killedInFanOut } from './rows/f11-killed-in-fan-out.js';
import { redisKilled } from './rows/f12-redis-killed.js';
import { powerCut, powerCutWhileSyncing } from './rows/f13-power-cut.js';
import { redisEmptied } from './rows/f14-redis-emptied.js';
import { redisPaused } from './rows/f15-redis-paused.js';
import { busCut, busSilenced } from './rows/f16-bus-cut.js';
import { commandsCut } from './rows/f17-commands-cut.js';
import { instanceCutOff } from './rows/f18-instance-cut-off.js';
import { repliesLost } from './rows/f19-replies-lost.js';
import { clientsReset } from './rows/f20-clients-reset.js';
import { clientBlackHoled } from './rows/f21-client-black-holed.js';
import { redisFar } from './rows/f22-redis-far.js';
import { bytesSliced } from './rows/f23-bytes-sliced.js';
import { redisRewound } from './rows/f24-redis-rewound.js';
import { splitBrain } from './rows/f25-split-brain.js';
import { redisDemoted } from './rows/f26-redis-demoted.js';
import { memoryFull } from './rows/f27-memory-full.js';
import { diskFull } from './rows/f28-disk-full.js';
import { slowDisk } from './rows/f29-slow-disk.js';
import { logCutOff, logDamaged } from './rows/f30-log-cut-off.js';
import { redisBusy } from './rows/f31-redis-busy.js';
import { scriptsFlushed } from './rows/f32-scripts-flushed.js';
import { instanceClockJumped, storeClockJumped } from './rows/f33-clock-jumped.js';
import { deviceClocksWrong } from './rows/f35-device-clocks-wrong.js';
import { stalledReader } from './rows/f36-stalled-reader.js';
import { slowReader } from './rows/f37-slow-reader.js';
import { reconnectStorm } from './rows/f38-reconnect-storm.js';
import { hotChannel } from './rows/f39-hot-channel.js';
import { churn } from './rows/f40-churn.js';
import { polling } from './rows/f41-polling.js';
import { twins } from './rows/f42-twins.js';
import { clientKilled } from './rows/f43-client-killed.js';
import { asleepBeyondRetention, asleepBeyondTime } from './rows/f44-asleep-beyond-retention.js';
import { trimmedWhileResuming } from './rows/f45-trimmed-while-resuming.js';
import { emptiedWhileResuming } from './rows/f46-emptied-while-resuming.js';
import { providerIll } from './rows/f48-provider-ill.js';
import { secretsRotated } from './rows/f49-secrets-rotated.js';
import { twoAtOnce } from './rows/f51-two-at-once.js';

/** Every fault there is, each once, and the control; a list of injections goes round the faults. */
export const ROWS: readonly Row[] = [
  noFault,
  instanceKilled,
  rollingRestart,
  instancePaused,
  eventLoopStalled,
  heapShort,
  descriptorsOut,
  cpuStarved,
  fanOutThrew,
  publishThrew,
  killedBeforeAnswer,
  killedBeforeAppend,
  killedInFanOut,
  redisKilled,
  powerCut,
  powerCutWhileSyncing,
  redisEmptied,
  redisPaused,
  busCut,
  busSilenced,
  commandsCut,
  instanceCutOff,
  repliesLost,
  clientsReset,
  clientBlackHoled,
  redisFar,
  bytesSliced,
  redisRewound,
  splitBrain,
  redisDemoted,
  memoryFull,
  diskFull,
  slowDisk,
  logCutOff,
  logDamaged,
  redisBusy,
  scriptsFlushed,
  storeClockJumped,
  instanceClockJumped,
  deviceClocksWrong,
  stalledReader,
  slowReader,
  reconnectStorm,
  hotChannel,
  churn,
  polling,
  twins,
  clientKilled,
  asleepBeyondRetention,
  asleepBeyondTime,
  trimmedWhileResuming,
  emptiedWhileResuming,
  providerIll,
  secretsRotated,
  twoAtOnce,
];

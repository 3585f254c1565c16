import { oneChannel } from '../measure/audience.js';
import { carillon, carillonTenMs } from '../peers/carillon.js';
import { PACES } from './cost.js';
import { costPerDelivery } from './cost-per-delivery.js';

const shape = {
  seating: oneChannel(60),
  stream: { channels: [0], groupsPerSecond: 500, groupSize: 1, bytes: 200, priority: null },
} as const;

export const hot = costPerDelivery({
  name: 'hot',
  goals: [
    { peer: carillon, goal: 0.45 },
    { peer: carillonTenMs, goal: 0.3 },
  ],
  shapes: { quick: shape, standard: shape, full: shape },
  // What a server compiles for a stream it compiles late: the cost of a delivery falls for half a minute.
  paces: {
    ...PACES,
    standard: { ...PACES.standard, compile: 20 },
    full: { ...PACES.full, compile: 30 },
  },
});

import { type Seating, upTo } from '../measure/audience.js';
import { carillon } from '../peers/carillon.js';
import { socketIoRedisAdapter } from '../peers/socket-io-redis-adapter.js';
import { costPerDelivery } from './cost-per-delivery.js';
import type { CostShape } from './cost.js';

const CHANNELS_OF_ONE = 4;

export const manyChannels = costPerDelivery({
  name: 'many-channels',
  // Nothing was promised for it.
  goals: [{ peer: carillon, goal: null }],
  // Where a message goes to two, the one without a framework is the harder to beat.
  beside: [socketIoRedisAdapter],
  rounds: { quick: 1, standard: 1, full: 3 },
  shapes: {
    quick: shapeOf(400, 60),
    standard: shapeOf(2000, 200),
    full: shapeOf(5000, 500),
  },
});

/** Four channels for each subscriber, two subscribers for each channel. */
function shapeOf(seats: number, groupsPerSecond: number): CostShape {
  const channels = (seats * CHANNELS_OF_ONE) / 2;
  const seating: Seating = {
    channels,
    seats,
    seat: (index) => ({
      instance: 0,
      channels: upTo(CHANNELS_OF_ONE).map((n) => (index * CHANNELS_OF_ONE + n) % channels),
    }),
    publishers: [0, 0, 0, 0],
  };
  const stream = {
    channels: upTo(channels),
    groupsPerSecond,
    groupSize: 10,
    bytes: 200,
    priority: null,
  };
  return { seating, stream };
}

import type { Stream } from '../load/orders.js';
import { oneChannel } from '../measure/audience.js';
import { carillon } from '../peers/carillon.js';
import { costPerDelivery } from './cost-per-delivery.js';

const stream: Stream = {
  channels: [0],
  groupsPerSecond: 20,
  groupSize: 1,
  bytes: 200,
  priority: null,
};

export const spaced = costPerDelivery({
  name: 'spaced',
  goals: [{ peer: carillon, goal: 0.7 }],
  shapes: {
    quick: { seating: oneChannel(300), stream },
    standard: { seating: oneChannel(1000), stream },
    full: { seating: oneChannel(1000), stream },
  },
});

import type { Stream } from '../load/orders.js';
import { oneChannel } from '../measure/audience.js';
import { carillon } from '../peers/carillon.js';
import { costPerDelivery } from './cost-per-delivery.js';
import { PACES } from './cost.js';

const groups: Omit<Stream, 'groupsPerSecond'> = {
  channels: [0],
  groupSize: 10,
  bytes: 200,
  priority: null,
};

// About 20,000 deliveries per second with either number of subscribers.
const full = { seating: oneChannel(1000), stream: { ...groups, groupsPerSecond: 2 } };

export const burst = costPerDelivery({
  name: 'burst',
  goals: [{ peer: carillon, goal: 0.15 }],
  // Two groups a second: seven of them are too few to tell what they cost from what idling does.
  paces: { ...PACES, standard: { ...PACES.standard, load: 8 } },
  shapes: {
    quick: { seating: oneChannel(300), stream: { ...groups, groupsPerSecond: 7 } },
    standard: full,
    full,
  },
});

import { costPerDelivery } from './cost-per-delivery.js';

// About 20,000 deliveries per second with either number of subscribers.
export const burst = costPerDelivery({
  name: 'burst',
  title: 'ten messages in one turn, then a pause, to everybody in one channel',
  goal: 0.15,
  full: { subscribers: 1000, traffic: { groupsPerSecond: 2, groupSize: 10, bytes: 200 } },
  quick: { subscribers: 300, traffic: { groupsPerSecond: 7, groupSize: 10, bytes: 200 } },
});

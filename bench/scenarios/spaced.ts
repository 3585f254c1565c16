import { costPerDelivery } from './cost-per-delivery.js';

const traffic = { groupsPerSecond: 20, groupSize: 1, bytes: 200 };

export const spaced = costPerDelivery({
  name: 'spaced',
  title: 'one message at a time, evenly spaced, to everybody in one channel',
  goal: 0.7,
  full: { subscribers: 1000, traffic },
  quick: { subscribers: 300, traffic },
});

import { costPerDelivery } from './cost-per-delivery.js';

const traffic = { groupsPerSecond: 500, groupSize: 1, bytes: 200 };

export const hot = costPerDelivery({
  name: 'hot',
  title: 'a steady stream of 500 messages per second to 60 connections',
  goal: 0.45,
  full: { subscribers: 60, traffic },
  quick: { subscribers: 60, traffic },
});

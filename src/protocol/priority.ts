import { z } from 'zod';

/** Most urgent first; the index is the lane. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

export const priority = z.enum(PRIORITIES);
export type Priority = z.infer<typeof priority>;

/** 0 for `critical` to 3 for `low`. */
export function laneOf(level: Priority): number {
  return PRIORITIES.indexOf(level);
}

/** The priority of a lane; an unknown lane is `normal`, so that a newer writer cannot break a reader. */
export function priorityOfLane(lane: number): Priority {
  return PRIORITIES[lane] ?? 'normal';
}

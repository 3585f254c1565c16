import type { Priority } from '@carillon/sdk';

/** Most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const satisfies Priority[];

import { z } from 'zod';
import { pageLimit, position } from '../fields.js';

/** A number in an address is text. */
const limit = z
  .string()
  .regex(/^[0-9]{1,4}$/, 'give a whole number from 1 to 1000')
  .transform(Number)
  .pipe(pageLimit)
  .optional();

/** `?before=&after=&limit=` of a channel's history. */
export const historyQuery = z
  .strictObject({ before: position.optional(), after: position.optional(), limit })
  .refine(
    ({ before, after }) => before === undefined || after === undefined,
    'Give `before` or `after`, not both',
  );
export type HistoryQuery = z.infer<typeof historyQuery>;

/** `?cursor=&limit=` of a list. */
export const pageQuery = z.strictObject({ cursor: z.string().min(1).max(512).optional(), limit });
export type PageQuery = z.infer<typeof pageQuery>;

/** One page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

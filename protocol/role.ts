/** What a client may do: a viewer looks, an operator also makes targets pay. */
import * as z from 'zod';

export const Role = z.enum(['viewer', 'operator']);
export type Role = z.infer<typeof Role>;

/** Whose names and whose teams are shown, as a configuration file says it. */
import { z } from 'zod';

export const SourceMapsFile = z.strictObject({
  folders: z
    .array(z.string().min(1))
    .max(64)
    .meta({
      description: 'Folders with scripts and maps, beside those that lie where the scripts say.',
      examples: [['/srv/maps']],
    })
    .default([]),
});

/** A path, or `auto`: the one above each script. */
export const OwnersFile = z.string().min(1);

/** The JSON Schema of a configuration file, for editors: `collector/heapwatch.schema.json` holds it. */
import { z } from 'zod';
import { ConfigFile } from './config-file.ts';

export function configSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(ConfigFile, { io: 'input', override: hints });
  return { $schema, title: "heapwatch's collector", ...schema };
}

/** Zod leaves examples and defaults of texts that are parsed out of what it says of input. */
function hints({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const known = z.globalRegistry.get(zodSchema);
  if (Array.isArray(known?.examples) && !jsonSchema.properties) jsonSchema.examples = known.examples;
  if (typeof known?.default === 'string') jsonSchema.default = known.default;
}

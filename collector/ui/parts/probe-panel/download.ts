/** Saves a kept snapshot as a file: asked for with the token in a header, which a plain link could not send. */
import { size } from '../words.ts';

/** @throws Error with what the collector answered */
export async function download(name: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`/v1/snapshots/${encodeURIComponent(name)}`, { headers });
  if (!response.ok) {
    const { error } = (await response.json()) as { error: { message: string } };
    throw new Error(error.message);
  }
  const blob = await response.blob();
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return `Downloaded ${name}, ${size(blob.size)}.`;
}

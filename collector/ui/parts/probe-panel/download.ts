/** Saves a kept snapshot, or a report on it, as a file: asked for with the token in a header, which a plain link could not send. */
import { size } from '../words.ts';

/** @throws Error with what the collector answered */
export function download(name: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return save(`/v1/snapshots/${encodeURIComponent(name)}`, name, headers);
}

/** What is found in a kept snapshot, as a page. @throws as `download` */
export function downloadReport(name: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return save(
    `/v1/snapshots/${encodeURIComponent(name)}/report`,
    `${name.replace(/\.heapsnapshot(\.gz)?$/, '')}.report.html`,
    headers,
  );
}

async function save(path: string, name: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(path, { headers });
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

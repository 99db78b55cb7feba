/** A flame graph or an icicle in a file, as a picture or as a page by the file's name. */
import type { OutputPaths } from '../../agent/capture/output.ts';
import type { Frame } from '../../agent/profile/frames.ts';
import { type Drawing, FLAME_GRAPH } from './drawing.ts';

export function isFlamePath(path: string): boolean {
  return /\.(svg|html)$/.test(path);
}

export async function flameBytes(
  path: string,
  frames: Frame,
  title: string,
  drawing: Drawing = FLAME_GRAPH,
): Promise<Uint8Array> {
  if (path.endsWith('.svg')) return Buffer.from((await import('./flame-svg.ts')).flameSvg(frames, title, drawing));
  return Buffer.from((await import('./flame-page.ts')).flamePage(frames, title, drawing));
}

/** All of it, or nothing. */
export async function writeWhole(paths: OutputPaths, bytes: Uint8Array): Promise<void> {
  const { Output, withoutPartial } = await import('../../agent/capture/output.ts');
  await withoutPartial(paths, async () => {
    using file = new Output(paths);
    file.write(bytes);
    await file.commit();
  });
}

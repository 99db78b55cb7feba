/** Which pages of a process's mappings are held: each mapping asked once. */
import { HeldReader, type ProcessView } from '../../memory/process-view.ts';
import type { Area } from '../../rss/areas.ts';

export class HeldAreas {
  readonly #view: ProcessView;
  readonly #held = new Map<Area, Uint8Array>();

  constructor(view: ProcessView) {
    this.#view = view;
  }

  of(area: Area): Uint8Array {
    let held = this.#held.get(area);
    if (!held) {
      held = new HeldReader(this.#view, area.startAddress, area.endAddress).held;
      this.#held.set(area, held);
    }
    return held;
  }
}

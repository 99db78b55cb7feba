/** One at a time, first come first served: a group of targets takes its snapshots through one gate. */

/** A place in the line. */
export interface Ticket {
  /** Whether it is this one's turn; stays so until it is given back. */
  readonly granted: boolean;
  /** Gives back the turn, or leaves the line. May be called again. */
  release(): void;
}

interface QueuedTicket extends Ticket {
  granted: boolean;
  readonly onGranted: () => void;
}

export class Gate {
  readonly #line: QueuedTicket[] = [];

  /** Joins the line. @param onGranted called once, later, unless the turn is granted at once. */
  enter(onGranted: () => void): Ticket {
    const place: QueuedTicket = { granted: this.#line.length === 0, onGranted, release: () => this.#leave(place) };
    this.#line.push(place);
    return place;
  }

  #leave(place: QueuedTicket): void {
    const index = this.#line.indexOf(place);
    if (index < 0) return;
    this.#line.splice(index, 1);
    const first = this.#line[0];
    if (index > 0 || !first) return;
    first.granted = true;
    first.onGranted();
  }
}

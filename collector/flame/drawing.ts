/** What a tree of frames is a picture of: its words, and where its root lies. */
export interface Drawing {
  readonly name: string;
  /** Over a frame's figure with all that is next to it, away from the root. */
  readonly withAll: string;
  /** What a frame is, one and many. */
  readonly each: string;
  readonly all: string;
  readonly rootOnTop: boolean;
}

export const FLAME_GRAPH: Drawing = {
  name: 'Flame graph',
  withAll: 'With callees',
  each: 'Site',
  all: 'sites',
  rootOnTop: false,
};

export const ICICLE: Drawing = {
  name: 'Icicle',
  withAll: 'With what it keeps alive',
  each: 'Kind',
  all: 'kinds',
  rootOnTop: true,
};

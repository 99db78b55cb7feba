/**
 * What a stored log can do with its file, and what changes that.
 *
 *     unopened ──opened late──> failing ──all is stored──> storing
 *                               ^  │ ^                        │
 *                     replaced  │  │ └────a write fails───────┤
 *                               │  v                          │
 *                             damaged <────the file is bad────┘
 *
 * In all states but `storing` events are sent without being stored, and wait in memory. Pure.
 */
import type { Connection } from './database.ts';
import type { Reader } from './reader.ts';
import type { StoreError } from './store-error.ts';

/** The file as it is read. */
export interface Reading {
  readonly db: Connection;
  readonly reader: Reader;
}

export type StoreState =
  /** The file could not be opened at the start: its disk is full, or somebody holds it. */
  | { readonly is: 'unopened'; readonly failure: StoreError }
  | { readonly is: 'storing'; readonly reading: Reading }
  | { readonly is: 'failing'; readonly reading: Reading; readonly failure: StoreError }
  /** The next write puts the file aside and begins another one. */
  | { readonly is: 'damaged'; readonly reading: Reading; readonly failure: StoreError };

/** A write or a read has failed. */
export function afterFailure(state: StoreState, failure: StoreError): StoreState {
  switch (state.is) {
    case 'unopened':
      return { is: 'unopened', failure };
    case 'damaged':
      return { ...state, failure };
    case 'storing':
    case 'failing':
      return { is: failure.fault === 'corrupt' ? 'damaged' : 'failing', reading: state.reading, failure };
  }
}

/** The file was opened late, or another one has taken its place: what waits in memory follows. */
export function afterOpening(state: StoreState, reading: Reading): StoreState {
  return state.is === 'storing' ? { is: 'storing', reading } : { is: 'failing', reading, failure: state.failure };
}

/** All that waited in memory is stored. */
export function afterSaving(state: StoreState): StoreState {
  return state.is === 'failing' ? { is: 'storing', reading: state.reading } : state;
}

/** Undefined while the store works. */
export function failureOf(state: StoreState): StoreError | undefined {
  return state.is === 'storing' ? undefined : state.failure;
}

/** Undefined while the file was not opened yet. */
export function readingOf(state: StoreState): Reading | undefined {
  return state.is === 'unopened' ? undefined : state.reading;
}

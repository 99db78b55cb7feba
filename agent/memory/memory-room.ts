/** Our own memory has not the room for a copy. Exit code 4. */
export class MemoryRoomError extends Error {
  override name = 'MemoryRoomError';
}

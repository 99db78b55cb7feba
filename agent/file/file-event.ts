/** What reading a file reports while it goes on. `bytes` are those of the file on disk; a pipe has no `totalBytes`. */
export type FileEvent = { phase: 'reading'; bytes: number; totalBytes?: number } | { phase: 'classifying'; by: string };

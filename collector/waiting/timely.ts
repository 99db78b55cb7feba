/** What comes too late is of no use to whoever waits. @throws what `work` throws; the reason of the signal */
export async function timely<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const isOver = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { signal: isOver.signal });
      work.then(resolve, reject);
      if (signal.aborted) reject(signal.reason);
    });
  } finally {
    isOver.abort();
  }
}

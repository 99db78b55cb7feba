/** What the system leaves a process of memory, as /proc and /sys tell it. */
import { cgroupRooms } from './cgroup.ts';
import { isLimit, type Room, roomUnder } from './headroom.ts';
import { type ReadFiles, readHere } from './system-files.ts';

export interface ProcessRooms {
  readonly rooms: readonly Room[];
  /** Its control group, where what that allows cannot be seen. */
  readonly hidden?: string;
}

/** The rooms of a process of this machine; nothing where there is no /proc, or the process has gone. */
export async function roomsOfProcess(pid: number): Promise<readonly Room[]> {
  const status = await readHere([`/proc/${pid}/status`]);
  return status[0] === null ? [] : (await processRooms(pid, readHere)).rooms;
}

/** @param pid of a process that `read` shows, or `self` of one that reads for itself */
export async function processRooms(pid: number | 'self', read: ReadFiles): Promise<ProcessRooms> {
  const [texts, { rooms, hidden }] = await Promise.all([
    read([`/proc/${pid}/limits`, `/proc/${pid}/status`, '/proc/meminfo']),
    cgroupRooms(pid, read),
  ]);
  const [limits, status, machine] = texts.map((text) => text ?? '') as [string, string, string];
  const available = kilobytes(machine, 'MemAvailable');
  const all = [
    ...rooms,
    ...ulimit(limits, 'Max data size', kilobytes(status, 'VmData'), 'ulimit -d'),
    ...ulimit(limits, 'Max address space', kilobytes(status, 'VmSize'), 'ulimit -v'),
    ...(available > 0 ? [machineRoom(available, kilobytes(machine, 'MemTotal'))] : []),
  ];
  return { rooms: all, ...(hidden !== undefined && { hidden }) };
}

function machineRoom(bytes: number, limitBytes: number): Room {
  return { bytes, ...(limitBytes > 0 && { limitBytes }), source: 'free memory of the machine' };
}

function ulimit(limits: string, name: string, usedBytes: number, source: string): Room[] {
  const soft = Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? Number.NaN);
  return isLimit(soft) ? [roomUnder(soft, usedBytes, source)] : [];
}

/** Of a line `VmData:   1234 kB`; 0 where there is none. */
function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

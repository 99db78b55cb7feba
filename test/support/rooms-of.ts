/** Prints what is left of memory to the process at argv[2], as this one sees it from where it is. */
import { processRooms } from '../../agent/process/process-rooms.ts';
import { readHere } from '../../agent/process/system-files.ts';

process.stdout.write(JSON.stringify(await processRooms(Number(process.argv[2]), readHere)));

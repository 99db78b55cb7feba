/** What `.help` prints. */

export const HELP = `\
hp.heap()               the heap now, as heapy's table: a snapshot; its price is shown first, and you are asked if it is high
h = hp.heap()           keep it; no await is needed
h[0]  h.slice(0, 3)     the objects of a row, of some rows; _ is what was printed last
_.more  _.all  _.prev   the next page, all of it, the previous page
hp.setrelheap()         a checkpoint: from here on hp.heap() shows what was born since (reset: hp.setrelheap(null))
hp.since()              what was born since, and what of each kind was freed and what survived; h.by(hp.Age)
h[0].byvia              the same objects by another relation: bykind bytype byclass byname bysize bymodule byreferrers
                        (byrcs) byvia byretained byid byunity, or by('kind&size')
h[0].sp  h[0].rp        shortest paths from the program's roots to the objects; the pattern of what refers to them
h[0].domisize           bytes that would go with them; also dominos, idom, imdom, referrers, referents, owners
h[0].byid[0].theone     one object, with its properties
a.and(b) or sub xor     sets and kinds combined (union, intersection, difference): h.and(hp.Kind('Session')), and so
                        Class Type Size Module Rcs Via Id Retained Age; hp.Size(64).alt('>='), kind.not(), hp.findex(…)
a.diff(b)  a.dump(file) the difference a - b, by kind; figures to a file, hp.loadStats(file) reads them
h.keptBy('listeners')   what nothing else keeps alive; h.without('@4711'): what is alive without it; also console, timers,
                        contexts, context:FUNCTION, detached, package:NAME, a kind; getShpaths({ without: ['@4711'] })
hp.heapu()              what neither globals nor modules reach: held by timers, native code, V8
hp.load(file)           a .heapsnapshot file;  hp.usage()  gauges;  hp.quote()  what a snapshot would cost now
.targets  .use 2        the processes of this session (lc, sc(2)), and to change to another
.exit                   leave (Ctrl-D). Ctrl-C interrupts what runs. Targets stay as they were found.
It is JavaScript: variables, functions and await work; .load FILE runs one, .editor edits several lines.`;

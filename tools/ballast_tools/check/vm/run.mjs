// Runs one test module on the MicroPython VM (WebAssembly port), on virtual time.
//
// usage: node run.mjs JOB.json, with
//   vm      path of micropython.mjs
//   mounts  [[folder on the host, folder in the VM], ...]: only .py files are taken
//   path    folders in the VM to import from first
//   module  name to import; tests: names of its functions to run
// Writes what the tests print, then one line "RESULT " + JSON: [[name, error or ""], ...].
// Each test is a call of its own, since this port collects garbage only between calls.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
virtualTime(1_700_000_000_000);
const { loadMicroPython } = await import(pathToFileURL(job.vm).href);

const mp = await loadMicroPython({
    heapsize: 1024 * 1024,
    stdout: (line) => process.stdout.write(line + "\n"),
    stderr: (line) => process.stdout.write(line + "\n"),
    linebuffer: true,
});
for (const [from, to] of job.mounts) mount(from, to);

let results;
try {
    mp.runPython(`import sys; sys.path[:0] = ${JSON.stringify(job.path)}`);
    await mp.runPythonAsync(`import vm_driver; vm_driver.load(${JSON.stringify(job.module)})`);
    for (const name of job.tests) {
        await mp.runPythonAsync(`await vm_driver.run(${JSON.stringify(name)})`);
    }
    results = mp.pyimport("vm_driver").results();
} catch (error) {
    // the text of an uncaught error may carry the whole of micropython.mjs: cut it
    results = JSON.stringify([[job.module, String(error.message ?? error).slice(0, 4000)]]);
}
process.stdout.write(`\nRESULT ${results}\n`);
process.exit(0);

// The VM asks Date.now for its ticks and setTimeout for its sleeps. Both come from one
// number here: when the event loop has nothing to do at once, it jumps to the next timer.
function virtualTime(start) {
    const timers = new Map();
    let now = start, lastId = 0, pumping = false;
    Date.now = () => now;
    globalThis.setTimeout = (fn, ms = 0, ...args) => {
        timers.set(++lastId, { due: now + Math.max(0, ms), fn, args });
        pump();
        return lastId;
    };
    globalThis.clearTimeout = (id) => timers.delete(id);

    function pump() {
        if (pumping) return;
        pumping = true;
        setImmediate(() => {
            pumping = false;
            let first;
            for (const [id, t] of timers) {
                if (first === undefined || t.due < timers.get(first).due) first = id;
            }
            if (first === undefined) return;
            const { due, fn, args } = timers.get(first);
            timers.delete(first);
            now = Math.max(now, due);
            pump();
            fn(...args);
        });
    }
}

function mount(from, to) {
    makeFolder(to);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
        if (entry.name.startsWith(".") || entry.name === "__pycache__") continue;
        const path = join(from, entry.name), target = `${to}/${entry.name}`;
        if (entry.isDirectory()) mount(path, target);
        else if (entry.name.endsWith(".py")) mp.FS.writeFile(target, readFileSync(path));
    }
}

function makeFolder(path) {
    let sofar = "";
    for (const part of path.split("/").filter(Boolean)) {
        sofar += "/" + part;
        if (!mp.FS.analyzePath(sofar).exists) mp.FS.mkdir(sofar);
    }
}

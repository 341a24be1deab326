// Runs the charger on the MicroPython VM (WebAssembly port, 32-bit objects), on a clock of its own.
//
// usage: node charger.mjs JOB.json, with
//   vm          path of micropython.mjs
//   heap        bytes of MicroPython's heap
//   scripts     {file name in /vm: path on the host}
//   partitions  {label: {size, parts: [[offset, path]]}}: memory outside the heap, 0xFF where empty
//   names       names that the base image has in flash
//   chip        what vm_charger.install takes
//   plan        list of steps, see `run`
// Writes "RESULT " + JSON: one entry for each step of the plan that measures.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
let now = 1_700_000_000_000;
Date.now = () => now;
globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => undefined;

const { loadMicroPython } = await import(pathToFileURL(job.vm).href);
let printed = [];
const mp = await loadMicroPython({
    heapsize: job.heap + (job.room ?? 0),
    stdout: (line) => printed.push(line),
    stderr: (line) => printed.push(line),
    linebuffer: true,
});

const LOW = 24 * 1024;  // chosen: MicroPython collects when nothing is free, this VM only when told
const results = [];
try {
    prepare();
    results.push({ what: "empty", ...measure() });
    for (const step of job.plan) run(step);
} catch (error) {
    results.push({ what: "error", text: printed.slice(-30).join("\n") + String(error.message ?? error).slice(0, 3000) });
}
process.stdout.write(`\nRESULT ${JSON.stringify({ results, printed: printed.slice(-30) })}\n`, () => process.exit(0));

function prepare() {
    mp.FS.mkdir("/vm");
    for (const [name, path] of Object.entries(job.scripts)) mp.FS.writeFile("/vm/" + name, readFileSync(path));
    const places = {};
    for (const [label, part] of Object.entries(job.partitions)) {
        const at = mp._module._malloc(part.size);
        mp._module.HEAPU8.fill(0xff, at, at + part.size);
        for (const [offset, path] of part.parts) mp._module.HEAPU8.set(readFileSync(path), at + offset);
        places[label] = [at, part.size];
    }
    mp.runPython("import sys; sys.path[:0] = ['/vm']; import vm_charger");
    for (let at = 0; at < job.names.length; at += 100) {
        call("know", JSON.stringify(job.names.slice(at, at + 100)));
        collect();
    }
    const text = JSON.stringify({ ...job.chip, partitions: places });
    call("install", text);
}

function call(name, ...args) {
    return mp.pyimport("vm_charger")[name](...args);
}

function collect() {
    mp.runPython("import gc; gc.collect()");
    mp.runPython("gc.collect()");
}

function measure() {
    collect();
    const at = printed.length;
    mp.runPython("import micropython, gc; print(gc.mem_alloc()); micropython.mem_info(); micropython.qstr_info()");
    const text = printed.slice(at).join("\n");
    printed.length = at;
    const number = (pattern) => Number(text.match(pattern)?.[1] ?? -1);
    return {
        used: number(/^(\d+)/), total: number(/GC: total: (\d+)/), largest: number(/max free sz: (\d+)/) * 16,
        names: number(/n_total_bytes=(\d+)/), name_count: number(/n_qstr=(\d+)/),
    };
}

// [word, ...]: import NAME; call FUNCTION args; measure LABEL; run MS; until FUNCTION; garbage LABEL MS; heap
function run([word, ...rest]) {
    if (word === "import") {
        call("load", rest[0]);
        collect();
    } else if (word === "call") {
        results.push({ what: rest[0], value: call(rest[0], ...rest.slice(1)) });
        collect();
    } else if (word === "measure") {
        results.push({ what: rest[0], ...measure() });
    } else if (word === "run") {
        turn(rest[0]);
        collect();
    } else if (word === "until") {
        for (let n = 0; n < 600 && !call(rest[0]); n++) turn(500);
        collect();
    } else if (word === "garbage") {
        results.push({ what: rest[0], ...garbage(rest[1]) });
    } else if (word === "heap") {
        results.push({ what: "heap", ...heap() });
    }
}

// The whole heap: a letter for each block (py/gc.c, gc_dump_alloc_table), its bytes, and where things lie.
function heap() {
    const named = call("places");
    collect();
    const at = printed.length;
    mp.runPython("import micropython; micropython.mem_info(1)");
    const lines = printed.slice(at).map((line) => line.trimEnd());
    printed.length = at;
    const from = parseInt(lines.find((line) => line.startsWith("GC memory layout")).match(/from ([0-9a-f]+)/)[1], 16);
    const rows = lines.map((line) => line.match(/^([0-9a-f]{8}): (.*)$/)).filter((row) => row);
    const end = Math.max(...rows.map((row) => parseInt(row[1], 16) + row[2].length * 16));
    const bytes = Buffer.from(mp._module.HEAPU8.slice(from, from + end)).toString("base64");
    return { from, rows: rows.map((row) => [parseInt(row[1], 16), row[2]]), bytes, named: JSON.parse(named) };
}

// ms of the charger's time: a turn of its loop every 10 ms, the step every 20 ms
function turn(ms) {
    const tick = mp.pyimport("vm_charger").tick, step = mp.pyimport("vm_charger").step;
    for (let n = 0; n < ms / 10; n++) {
        now += 10;
        if (n & 1) step(); else tick();
        if (n % 10 === 9 && free() < LOW) collect();
    }
}

function free() {
    mp.runPython("import gc; _free = gc.mem_free()");
    return mp.globals.get("_free");
}

// Bytes a second that the charger leaves behind, without what the calls from outside take: turns of the
// loop while no time passes, in which this port's asyncio tells JavaScript each time when it is to be called.
function garbage(ms) {
    const py = mp.pyimport("vm_charger");
    const tick = py.tick, step = py.step;
    const used = () => { mp.runPython("import gc; _u = gc.mem_alloc()"); return mp.globals.get("_u"); };
    const taken = (turns) => {
        collect();
        mp.runPython("gc.disable()");
        call("keep_garbage", true);  // else the firmware collects what is being counted
        const before = used();
        turns();
        const after = used();
        call("keep_garbage", false);
        mp.runPython("gc.enable()");
        return after - before;
    };
    turn(10);
    const empty = taken(() => { for (let n = 0; n < ms / 10; n++) tick(); });
    const whole = taken(() => {
        for (let n = 0; n < ms / 10; n++) {
            now += 10;
            if (n & 1) step(); else tick();
        }
    });
    return { per_s: Math.round((whole - empty) * 1000 / ms), calls_per_s: Math.round(empty * 1000 / ms) };
}

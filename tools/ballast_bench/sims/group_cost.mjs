// Times the allocation for 64 members on the MicroPython VM against a reference loop, same run.
//
// usage: node group_cost.mjs MICROPYTHON.mjs FIRMWARE_FOLDER   -> one line of JSON
// The loop is 1000 turns of integer addition: what an ESP32 needs per turn is known.

import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [vm, firmware] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(vm).href);
const mp = await loadMicroPython({ heapsize: 1024 * 1024 });
for (const folder of ["/f", "/f/ballast"]) mp.FS.mkdir(folder);
mp.FS.writeFile("/f/ballast/__init__.py", "");
const copy = (folder) => {
    mp.FS.mkdir(`/f/${folder}`);
    for (const entry of readdirSync(`${firmware}/${folder}`, { withFileTypes: true })) {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory()) copy(path);
        else if (path.endsWith(".py")) mp.FS.writeFile(`/f/${path}`, readFileSync(`${firmware}/${path}`));
    }
};
copy("ballast/control");
mp.runPython(`
import sys
sys.path.insert(0, "/f")
from ballast.control.group.allocate import Allocator
from ballast.control.group.panels import Panels
p = Panels()
p.define(0, -1, 400000, 390000, 380000)
p.define(1, 0, 260000, 260000, 260000)
p.define(2, 0, 200000, 200000, 200000)
a = Allocator(64, p)
for i in range(64):
    a.want[i] = 1
    a.mask[i] = 7
    a.panel[i] = i % 3
    a.max_ma[i] = (16000, 32000, 9000, 12000)[i % 4]
    a.rank[i] = i % 3
    a.left_s[i] = 600 * i + 60
    a.need_mah[i] = 20000

def run(times):
    for _ in range(times):
        p.clear()
        a.run()

def loop(times):
    for _ in range(times):
        s = 0
        i = 0
        while i < 1000:
            s = s + i
            i += 1
`);
const timed = (code) => {
    const start = performance.now();
    mp.runPython(code);
    return performance.now() - start;
};
const best = (code, times) => Math.min(...Array.from({ length: 7 }, () => timed(code))) / times;
const out = { loop_ms: best("loop(10)", 10) };
["equal", "priority", "departure"].forEach((name, mode) => {
    mp.runPython(`a.mode = ${mode}`);
    timed("run(2)");
    out[name] = best("run(5)", 5);
});
console.log(JSON.stringify(out));
process.exit(0);

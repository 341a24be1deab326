// Runs a script on the MicroPython VM with a `romfs` partition of our making.
//
// usage: node vm_slots.mjs JOB.json: {vm, romfs, mounts: [[host file, VM file], ...], script}
// Prints what the script prints; time is the computer's.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { loadMicroPython } = await import(pathToFileURL(job.vm).href);
const mp = await loadMicroPython({
    heapsize: 4 * 1024 * 1024,
    romfs: new Uint8Array(readFileSync(job.romfs)),
    stdout: (line) => process.stdout.write(line + "\n"),
    linebuffer: true,
});
mp.FS.mkdir("/loader");
for (const [from, to] of job.mounts) mp.FS.writeFile(to, readFileSync(from));
mp.registerJsModule("hostclock", { us: () => Number(process.hrtime.bigint() / 1000n) % 1e9 });
try {
    mp.runPython(job.script);
} catch (error) {
    process.stdout.write(String(error.message ?? error).slice(0, 2000) + "\n");
    process.exit(1);
}
process.exit(0);

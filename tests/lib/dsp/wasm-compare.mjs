// SPDX-License-Identifier: LGPL-2.1-or-later
//
// usage: node wasm-compare.mjs MODULE NATIVE-SAMPLES
import { readFileSync } from "node:fs";

const STEP = 37;
const LIMIT = 1e-5; // the kernels add in another order

const [module, samples] = process.argv.slice(2);
const none = () => 0;
const imports = { wasi_snapshot_preview1: new Proxy({}, { get: () => none }) };
const { instance } = await WebAssembly.instantiate(readFileSync(module), imports);
const { _initialize, run, sample } = instance.exports;

_initialize();
const ran = run() === 1;
const native = readFileSync(samples, "utf8").trim().split("\n").map(Number);
const worst = Math.max(...native.map((x, i) => Math.abs(x - sample(i * STEP))));
const good = ran && native.length > 500 && worst <= LIMIT;

console.log(`# ${native.length} samples, largest difference ${worst}`);
console.log(`${good ? "ok" : "not ok"} 2 - the same samples under Node`);
process.exit(good ? 0 : 1);

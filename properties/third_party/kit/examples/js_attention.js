// SPDX-License-Identifier: Apache-2.0
// Attention over given features in JavaScript, by the protocol itself: slim-verify run --subject-command 'node js_attention.js'
const fs = require("fs");
const readline = require("readline");

const declaration = {
  protocol: 1, name: "js-attention", version: "1", tasks: ["attention"],
  capabilities: { feature_maps: ["given"], causal: true, bidirectional: true },
};
const arrays = { F32: Float32Array, F64: Float64Array };

/** The float tensors of a safetensors file by name: {shape, data}, and its metadata. */
function readCase(path) {
  const bytes = fs.readFileSync(path);
  const size = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, 8 + size).toString());
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [first, last] }] of Object.entries(entries)) {
    if (!(dtype in arrays)) continue; // masks, which are not declared
    const data = new Uint8Array(bytes.subarray(8 + size + first, 8 + size + last)); // a copy, aligned
    tensors[name] = { shape, data: new arrays[dtype](data.buffer) };
  }
  return { tensors, metadata };
}

function writeResult(path, name, { dtype, shape }, data) {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype, shape, data_offsets: [0, data.byteLength] } }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  fs.writeFileSync(path, Buffer.concat([size, header, Buffer.from(data.buffer)]));
}

/** q, k [B, H, L, M], v [B, H, L, D] -> out [B, H, L, D] */
function attention({ q, k, v }, causal, out) {
  const [B, H, L, M] = q.shape, D = v.shape[3];
  for (let head = 0; head < B * H; ++head)
    for (let i = 0; i < L; ++i) {
      const sums = new Float64Array(D);
      let denominator = 1e-16;
      for (let j = 0; j < (causal ? i + 1 : L); ++j) {
        let weight = 0;
        for (let m = 0; m < M; ++m) weight += q.data[(head * L + i) * M + m] * k.data[(head * L + j) * M + m];
        denominator += weight;
        for (let d = 0; d < D; ++d) sums[d] += weight * v.data[(head * L + j) * D + d];
      }
      for (let d = 0; d < D; ++d) out[(head * L + i) * D + d] = sums[d] / denominator;
    }
  return out;
}

function answer({ method, params }) {
  if (method === "describe") return declaration;
  if (method === "shutdown") return {};
  if (method !== "run" || params.task !== "attention") throw new Error(`${method} ${params?.task ?? ""} is unknown`);
  const { tensors, metadata } = readCase(params.case);
  const wanted = params.results.out;
  writeResult(params.result, "out", wanted, attention(tensors, metadata.causal === "1", new arrays[wanted.dtype](tensors.v.data.length)));
  return {};
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let request = { id: null }, reply;
  try {
    request = JSON.parse(line);
    reply = { result: answer(request) };
  } catch (error) {
    reply = { error: { code: -32000, message: String(error) } };
  }
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id: request.id, ...reply }) + "\n");
});

// SPDX-License-Identifier: Apache-2.0
//! Causal attention over ReLU features in Rust, as a shared library with the interface of slim_subject.h:
//!     rustc -O --crate-type cdylib -o librust_attention.so rust_attention.rs
//!     slim-verify run --subject-library ./librust_attention.so
use std::ffi::{c_char, c_int, c_void, CStr};

/// DLPack's DLTensor. Strides are in entries.
#[repr(C)]
pub struct Tensor {
    data: *mut c_void,
    device: [i32; 2],
    ndim: i32,
    code: u8,
    bits: u8,
    lanes: u16,
    shape: *const i64,
    strides: *const i64,
    byte_offset: u64,
}
#[repr(C)]
pub struct Named {
    name: *const c_char,
    tensor: *const Tensor,
}
#[repr(C)]
pub struct Task {
    struct_size: usize,
    task: *const c_char,
    input_count: usize,
    inputs: *const Named,
    output_count: usize,
    outputs: *const Named,
    option_count: usize,
    options: *const [*const c_char; 2],
}
#[repr(C)]
pub struct Subject {
    struct_size: usize,
    version: u32,
    declaration: *const c_char,
    run: unsafe extern "C" fn(*const Task, *mut c_char, usize) -> c_int,
}
unsafe impl Sync for Subject {}

impl Tensor {
    fn size(&self, axis: usize) -> usize {
        unsafe { *self.shape.add(axis) as usize }
    }
    fn place(&self, at: [usize; 4]) -> usize {
        (0..4).map(|axis| at[axis] * unsafe { *self.strides.add(axis) } as usize).sum()
    }
    fn get(&self, at: [usize; 4]) -> f64 {
        let place = self.place(at);
        unsafe {
            if self.bits == 32 { *(self.data as *const f32).add(place) as f64 } else { *(self.data as *const f64).add(place) }
        }
    }
    fn set(&self, at: [usize; 4], value: f64) {
        let place = self.place(at);
        unsafe {
            if self.bits == 32 { *(self.data as *mut f32).add(place) = value as f32 } else { *(self.data as *mut f64).add(place) = value }
        }
    }
}

unsafe fn named<'a>(tensors: *const Named, count: usize, name: &str) -> &'a Tensor {
    let all = std::slice::from_raw_parts(tensors, count);
    &*all.iter().find(|of| CStr::from_ptr(of.name).to_bytes() == name.as_bytes()).unwrap().tensor
}

unsafe extern "C" fn run(task: *const Task, _error: *mut c_char, _error_size: usize) -> c_int {
    let task = &*task;
    let input = |name| named(task.inputs, task.input_count, name);
    let (q, k, v, out) = (input("q"), input("k"), input("v"), named(task.outputs, task.output_count, "out"));
    let (features, width) = (q.size(3), v.size(3));
    for b in 0..q.size(0) {
        for h in 0..q.size(1) {
            let (mut r, mut s) = (vec![0.0; features * width], vec![0.0; features]); // prefix sums
            for l in 0..q.size(2) {
                let (mut y, mut denominator) = (vec![0.0; width], 1e-16);
                for m in 0..features {
                    let (gq, gk) = (q.get([b, h, l, m]).max(0.0), k.get([b, h, l, m]).max(0.0));
                    s[m] += gk;
                    denominator += gq * s[m];
                    for d in 0..width {
                        r[m * width + d] += gk * v.get([b, h, l, d]);
                        y[d] += gq * r[m * width + d];
                    }
                }
                for d in 0..width {
                    out.set([b, h, l, d], y[d] / denominator);
                }
            }
        }
    }
    0
}

static DECLARATION: &str = "{\"protocol\": 1, \"name\": \"rust-attention\", \"version\": \"1\", \"tasks\": [\"attention\"], \
    \"capabilities\": {\"feature_maps\": [\"relu\", \"given\"], \"causal\": true}}\0";
static SELF: Subject =
    Subject { struct_size: std::mem::size_of::<Subject>(), version: 1, declaration: DECLARATION.as_ptr() as *const c_char, run };

#[no_mangle]
pub extern "C" fn slim_subject_entry() -> *const Subject {
    &SELF
}

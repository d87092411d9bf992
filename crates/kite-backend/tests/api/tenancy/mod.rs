//! Nobody sees or changes what is not theirs.

mod calls;
mod causes;
mod matrix;
mod pages;
mod tenants;
mod ways_in;
mod who;
mod world;

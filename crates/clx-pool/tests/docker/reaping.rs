//! Containers of dead builds are removed, and no others.

use std::collections::HashMap;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use clx_pool::{DockerSettings, reap};
use clx_process::ProcessIdentity;
use clx_queue::Owner;

use crate::bench::{Bench, KIND, hasty};

fn is_alive(owner: &Owner) -> bool {
    let Owner { pid, start, boot_id } = owner.clone();
    ProcessIdentity { pid, start, boot_id }.is_alive()
}

#[test]
fn only_containers_of_dead_owners_are_reaped() {
    let Some(bench) = Bench::open() else { return };
    let living = bench.start(bench.settings(), 1, hasty());
    living.pool.ensure(KIND, 1);
    let visitor = living.visitor();
    let alive = bench.container(visitor.worker);

    let own = bench.settings().owner;
    let owner = Owner { start: own.start + 1, ..own };
    let dead = bench.start(DockerSettings { owner, ..bench.settings() }, 2, hasty());
    dead.pool.ensure(KIND, 2);
    let orphans = [dead.visitor(), dead.visitor()];
    bench.freeze(orphans[0].worker);
    let mut expected = orphans.each_ref().map(|orphan| bench.container(orphan.worker));
    let stranger = create_stranger(&bench);

    let reaped = reap(&bench.engine, is_alive).unwrap();
    let mut removed = reaped.removed;
    removed.retain(|name| expected.contains(name));
    removed.sort();
    expected.sort();
    assert_eq!(removed, expected);
    assert_eq!(reaped.left, []);
    let names = bench.names();
    assert!(names.contains(&alive), "{names:?}");
    assert!(names.contains(&stranger), "{names:?}");
}

/// Creates a container that has the session's label, and does not say who owns it.
fn create_stranger(bench: &Bench) -> String {
    let name = format!("stranger-{}", bench.token);
    let options = CreateContainerOptionsBuilder::new().name(&name).build();
    let body = ContainerCreateBody {
        image: Some(bench.image.name.clone()),
        labels: Some(HashMap::from([("clx.session".to_owned(), bench.token.clone())])),
        ..ContainerCreateBody::default()
    };
    bench.runtime.block_on(bench.api.create_container(Some(options), body)).unwrap();
    name
}

//! Replicas of the example app, rolled from release to release as Kubernetes does.

use dbmig_tests::TestDatabase;

use super::client::Endpoints;
use super::release::Release;
use crate::serving::Serving;

/// Replicas on one database, and who of them gets requests. What is left is killed when dropped.
pub(crate) struct Deployment<'d> {
    database: &'d TestDatabase,
    pub(crate) endpoints: Endpoints,
    /// The oldest first.
    pods: Vec<Pod>,
}

/// A replica.
struct Pod {
    release: Release,
    serving: Serving,
}

impl<'d> Deployment<'d> {
    /// So many replicas that are ready, with tea for every client that will ever come.
    pub(crate) fn new(database: &'d TestDatabase, release: Release, replicas: usize) -> Self {
        let mut this = Self { database, endpoints: Endpoints::default(), pods: Vec::new() };
        (0..replicas).for_each(|_| this.admit(release, release.serve(database)));
        database.execute("UPDATE products SET stock = 1000000");
        this
    }

    /// Waits until a replica is ready, and gives it requests.
    pub(crate) fn admit(&mut self, release: Release, serving: Serving) {
        let serving = serving.until_ready();
        self.endpoints.add(release, serving.address);
        self.pods.push(Pod { release, serving });
    }

    /// Stops the oldest replica of `release` as a service manager does: it must end well.
    pub(crate) fn retire(&mut self, release: Release) {
        let (code, said) = self.withdraw(release).stop();
        assert!(code == Some(0) && said.ends_with("stopped\n"), "{code:?}: {said}");
        // A request that failed inside is in its log, whatever its client made of it.
        assert!(!said.contains("500 Internal"), "{said}");
    }

    /// The oldest replica of `release`, which gets no requests any more.
    pub(crate) fn withdraw(&mut self, release: Release) -> Serving {
        let oldest = self.pods.iter().position(|pod| pod.release == release);
        let pod = self.pods.remove(oldest.expect("a replica of that release"));
        self.endpoints.remove(pod.serving.address);
        pod.serving
    }

    /// One more, one less, until all are of `release`.
    pub(crate) fn roll_to(&mut self, release: Release) {
        let other = |pods: &[Pod]| pods.iter().map(|pod| pod.release).find(|it| *it != release);
        while let Some(old) = other(&self.pods) {
            self.admit(release, release.serve(self.database));
            self.retire(old);
        }
    }

    /// The replica that was admitted last.
    pub(crate) fn newest(&self) -> &Serving {
        &self.pods.last().expect("a replica").serving
    }
}

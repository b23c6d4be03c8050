//! Placeholder until the command line is written.
use dbt_steward::{config::Settings, graph::Graph, input::manifest, project::Project, rules};
fn main() {
    let mut args = std::env::args().skip(1);
    let path = std::path::PathBuf::from(args.next().expect("manifest"));
    let only: Vec<String> = args.collect();
    let bytes = std::fs::read(&path).expect("read");
    let facts = manifest::read(&path, &bytes).unwrap_or_else(|e| {
        eprintln!("{e}");
        std::process::exit(2)
    });
    let project = Project::from(facts);
    let graph = Graph::new(&project);
    let settings = Settings { today: "2026-11-23".into(), ..Settings::default() };
    let instances: Vec<_> = rules::all()
        .into_iter()
        .filter(|r| only.is_empty() || only.iter().any(|o| o == r.code))
        .map(|info| rules::Instance {
            info,
            severity: info.strict.unwrap_or(dbt_steward::findings::Severity::Warning),
            scope: rules::Scope::default(),
            rule: (info.build)(serde_json::Value::Null).expect("default options"),
        })
        .collect();
    let mut out = rules::run(&project, &graph, &settings, &instances);
    out.findings.sort_by(|a, b| (&a.code, &a.subject, &a.part).cmp(&(&b.code, &b.subject, &b.part)));
    for f in &out.findings {
        println!(
            "{} {} {} {:?}\n    {}\n    help: {}\n    {:?}",
            f.code, f.slug, f.subject, f.place, f.message, f.help, f.evidence
        );
    }
    for r in &out.runs {
        eprintln!("{} {} subjects {:?}", r.info.code, r.subjects, r.skipped);
    }
    eprintln!("{} findings", out.findings.len());
}

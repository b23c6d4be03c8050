//! Policies from config to report: findings at their places, mistakes at theirs, examples, and what a policy does about
//! values that are not there.

mod commands;
mod findings;
mod mistakes;
#[path = "../support/mod.rs"]
mod support;

use support::Desk;

/// A small project without a manifest, with this config: two marts on a staging model, and a dashboard on one of them.
pub fn shop(config: &str) -> Desk {
    let desk = Desk::new();
    desk.write("shop/dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n");
    desk.write("shop/models/staging/stg_orders.sql", "select 1 as order_id\n");
    desk.write("shop/models/marts/fct_orders.sql", "select order_id from {{ ref('stg_orders') }}\n");
    desk.write(
        "shop/models/marts/dim_days.sql",
        "{{ config(materialized='table') }}\nselect order_id from {{ ref('stg_orders') }}\n",
    );
    desk.write("shop/models/marts/_marts.yml", MARTS);
    desk.write("shop/dbt-steward.yml", config);
    desk
}

const MARTS: &str = "\
models:
  - name: fct_orders
    description: One row per order.
    config:
      tags: [core]
      meta: {owner: Finance, retention_days: 30, pii: true}
    columns:
      - name: order_id
        description: Key of the order.
        data_tests: [unique, not_null]
      - name: email
  - name: dim_days
    description: Days.
    config:
      meta: {retention_days: long}
exposures:
  - name: weekly
    type: dashboard
    owner: {name: Ana, email: ana@example.com}
    depends_on: [ref('fct_orders')]
";

/// The findings of policies, one a line, as `concise` prints them.
pub fn concise(desk: &Desk) -> Vec<String> {
    let run = desk.run(&["check", "shop", "--select", "POL", "--format", "concise", "--exit-zero"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.lines().map(|line| line.strip_prefix("shop/models/").unwrap_or(line).to_owned()).collect()
}

use crate::findings::Place;
use crate::rules::{Context, NoOptions, Rule, declare_rule};

declare_rule! {
    /// # What it does
    /// Flags a file of the project that cannot be read as it is now.
    ///
    /// That is YAML that is none, SQL or a macro with a tag that is never closed, a template without end, a file that is
    /// no text, the second of two models of one name or of two entries about one resource, and a path in
    /// `dbt_project.yml` by which dbt finds files a second time. With a manifest only properties files are looked at; it
    /// was written when the file could still be read. So is a folder that cannot be listed: nothing is then concluded
    /// from what is nowhere else. Until the file can be read again, findings about what the file describes name the file
    /// without a line; everything else is linted as usual. Only the root project's files are looked at, and only where
    /// they are at hand: a bare manifest has none.
    ///
    /// # Why it matters
    /// dbt will refuse the whole project at the next run, and everything the file says about owners, tests and access
    /// is out of force until then.
    ///
    /// # Example
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: "One row per order
    /// ```
    ///
    /// # Use instead
    /// ```yaml
    /// # models/marts/_marts__models.yml
    /// models:
    ///   - name: fct_orders
    ///     description: "One row per order"
    /// ```
    UnreadableFile(NoOptions),
    code = "PRJ013",
    slug = "unreadable-file",
    area = Project,
    trap = Govern,
    default = Error,
    since = "0.1.0",
    subjects = [Project]
}

impl Rule for UnreadableFile {
    fn check_project(&self, cx: &mut Context<'_>) {
        for file in &cx.project.unreadable {
            let place = Place::Span(file.path.clone(), file.span);
            let help = match &file.help {
                _ if file.is_folder => {
                    "let the user who runs dbt-steward list the folder; dbt passes over one that it cannot list, and \
                     nothing is said here of what may lie in it"
                        .to_owned()
                }
                Some(help) => format!("{help}; dbt will refuse the file, too"),
                None => "correct the file; dbt will refuse it, too".to_owned(),
            };
            let described = file.elsewhere.as_ref();
            let described = described.and_then(|other| Some((cx.project.find(&other.unique_id)?, &other.spots)));
            let finding = cx.report_project(place, format!("{} cannot be read: {}", file.path, file.message));
            finding.part(format!("file:{}", file.path)).help(help);
            let Some((resource, spots)) = described else { continue };
            for (index, spot) in spots.iter().enumerate() {
                let label = if index == 0 { "the first description, which counts here" } else { "described again" };
                finding.related(resource, Place::Span(spot.path.clone(), Some(spot.span)), label);
            }
        }
    }
}

//! Which formats go where: `--format sarif=findings.sarif --format github`.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};
use miette::Diagnostic;
use thiserror::Error;

use crate::paths::shown;
use crate::report::Format;

/// One report, and the file it goes to; without one it goes to stdout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination<F = Format> {
    pub format: F,
    pub file: Option<PathBuf>,
}

/// Formats and files that do not go together.
#[derive(Debug, Error, Diagnostic, PartialEq, Eq)]
pub enum DestinationError {
    #[error("formats `{first}` and `{second}` would both go to stdout")]
    #[diagnostic(help("name a file for all but one: `--format {second}=FILE`"))]
    BothToStdout { first: String, second: String },

    #[error("two formats would be written to {}", shown(path))]
    #[diagnostic(help("name another file for one of them"))]
    SameFile { path: PathBuf },

    #[error("--output-file is for one format that names no file of its own")]
    #[diagnostic(help("write `--format FORMAT=FILE` for each, and leave --output-file out"))]
    OutputFile,
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Debug, Clone)]
pub struct DestinationParser<F = Format>(PhantomData<F>);

impl<F> DestinationParser<F> {
    pub const NEW: Self = Self(PhantomData);
}

impl<F: ValueEnum + Send + Sync + 'static> TypedValueParser for DestinationParser<F> {
    type Value = Destination<F>;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> clap::error::Result<Destination<F>> {
        let text = value.to_str().ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))?;
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let format = EnumValueParser::<F>::new().parse_ref(command, argument, OsStr::new(name))?;
        if file == Some("") {
            let message = format!("no file is named in '{text}': write '{name}=FILE', or '{name}' for stdout\n");
            return Err(clap::Error::raw(ErrorKind::InvalidValue, message).with_cmd(command));
        }
        Ok(Destination { format, file: file.map(PathBuf::from) })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(F::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// Where each report goes. What is asked for without a format is the default one.
///
/// # Errors
/// When two would meet on stdout or in a file, or `--output-file` could mean either of two.
pub fn resolve<F: ValueEnum + Default>(
    formats: &[Destination<F>],
    output_file: Option<&Path>,
) -> Result<Vec<Destination<F>>, DestinationError> {
    let mut destinations = if formats.is_empty() { vec![Destination::default()] } else { formats.to_vec() };
    if let Some(path) = output_file {
        match &mut destinations[..] {
            [Destination { file: file @ None, .. }] => *file = Some(path.to_owned()),
            _ => return Err(DestinationError::OutputFile),
        }
    }
    let mut to_stdout = destinations.iter().filter(|destination| destination.file.is_none());
    if let (Some(first), Some(second)) = (to_stdout.next(), to_stdout.next()) {
        return Err(DestinationError::BothToStdout { first: name(&first.format), second: name(&second.format) });
    }
    let files: Vec<&PathBuf> = destinations.iter().filter_map(|destination| destination.file.as_ref()).collect();
    let twice = files.iter().enumerate().find(|(index, file)| files[..*index].iter().any(|other| is_same(file, other)));
    match twice {
        Some((_, path)) => Err(DestinationError::SameFile { path: (*path).clone() }),
        None => Ok(destinations),
    }
}

/// Files first: once stdout ends, they are there.
pub fn files_first<F>(destinations: &[Destination<F>]) -> impl Iterator<Item = &Destination<F>> {
    let (to_files, to_stdout): (Vec<_>, Vec<_>) = destinations.iter().partition(|it| it.file.is_some());
    to_files.into_iter().chain(to_stdout)
}

/// Whether both paths lead to one file: `a` and `./a` do, and a link to a file that is there.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    let real = |path: &Path| real(path).unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}

/// As on the command line.
fn name<F: ValueEnum>(format: &F) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

//! NAM: names and layout.

crate::rules::rules![
    model_name::ModelName,
    model_in_wrong_directory::ModelInWrongDirectory,
    properties_file_name::PropertiesFileName,
];

crate::rules::rules![];

//! Tells from a column's name whether it holds personal data.
//!
//! Names are read word by word (`customerEmail`, `CUSTOMER_E_MAIL`), and all of a name has to make sense: what stands
//! behind the telling words must be harmless (`phone_number`, `email_2`), and before them there must be nothing that
//! makes it a flag, a count or a thing (`is_email`, `sent_email`, `server_ip`). So `email_sent_count`, `zip_file` and
//! `birth_year_bucket` say nothing, at the price of names that nobody would guess.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// One kind of personal data and the names it goes by: English, French, German, Spanish, Italian, Portuguese, Dutch.
pub struct Kind {
    /// For messages: "an e-mail address".
    pub label: &'static str,
    /// Words, separated by a blank, that tell it.
    names: &'static [&'static str],
    /// As `names`, but only behind a word for a person.
    of_person: &'static [&'static str],
    /// Words that may follow, beside those in [`TAILS`].
    tails: &'static [&'static str],
    /// Words that must not come before, beside those in [`NOT_AFTER`].
    not_after: &'static [&'static str],
    /// Types that a column of this kind cannot have.
    not_of_type: &'static [DataType],
}

/// What a declared type says about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DataType {
    Boolean,
    Number,
    Time,
    Other,
}

const KINDS: &[Kind] = &[
    Kind {
        label: "an e-mail address",
        names: &[
            "email",
            "e mail",
            "emailaddress",
            "mail address",
            "adresse mail",
            "adresse electronique",
            "courriel",
            "mailadresse",
            "emailadresse",
            "correo",
            "correo electronico",
            "indirizzo mail",
            "posta elettronica",
            "correio eletronico",
            "endereco eletronico",
            "emailadres",
        ],
        of_person: &[],
        tails: &["address", "addr", "adresse", "adres"],
        not_after: &[
            "automated",
            "bounced",
            "bulk",
            "by",
            "campaign",
            "click",
            "clicked",
            "cold",
            "confirmation",
            "delivered",
            "digest",
            "disposable",
            "drip",
            "engagement",
            "escalation",
            "follow",
            "free",
            "generic",
            "group",
            "helpdesk",
            "in",
            "info",
            "malformed",
            "marketing",
            "newsletter",
            "next",
            "noreply",
            "nurture",
            "open",
            "opened",
            "out",
            "outbound",
            "promotional",
            "received",
            "reminder",
            "reply",
            "sent",
            "service",
            "subscribed",
            "support",
            "system",
            "template",
            "test",
            "transactional",
            "unsubscribe",
            "unsubscribed",
            "up",
            "via",
            "welcome",
        ],
        not_of_type: &[DataType::Number, DataType::Time],
    },
    Kind {
        label: "a phone number",
        names: &[
            "phone",
            "phonenumber",
            "telephone",
            "cellphone",
            "mobile number",
            "mobile no",
            "mobilenumber",
            "cell number",
            "msisdn",
            "tel",
            "numero portable",
            "telefon",
            "telefonnummer",
            "handynummer",
            "mobilnummer",
            "telefono",
            "cellulare",
            "telefone",
            "telemovel",
            "telefoon",
            "telefoonnummer",
            "mobielnummer",
        ],
        of_person: &[],
        tails: &[
            "number", "no", "nr", "num", "nummer", "numero", "cell", "celular", "direct", "fijo", "fixe", "mobil",
            "mobiel", "movil", "portable",
        ],
        not_after: &[
            "account",
            "branch",
            "business",
            "by",
            "call",
            "company",
            "franchisor",
            "headquarters",
            "hotline",
            "hq",
            "i",
            "office",
            "organisation",
            "organization",
            "service",
            "shop",
            "smart",
            "store",
            "supplier",
            "support",
            "vendor",
            "via",
            "windows",
        ],
        not_of_type: &[DataType::Time],
    },
    Kind {
        label: "an identity number",
        names: &[
            "ssn",
            "social security number",
            "social security no",
            "national id",
            "national identification number",
            "national insurance number",
            "nhs number",
            "passport number",
            "passport no",
            "passportnumber",
            "driver license",
            "drivers license",
            "driver licence",
            "driving licence",
            "aadhaar",
            "numero securite sociale",
            "numero de securite sociale",
            "numero secu",
            "num secu",
            "sozialversicherungsnummer",
            "steueridentifikationsnummer",
            "steuer id",
            "personalausweisnummer",
            "ausweisnummer",
            "reisepassnummer",
            "dni",
            "numero pasaporte",
            "curp",
            "codice fiscale",
            "codicefiscale",
            "cpf",
            "numero contribuinte",
            "bsn",
            "burgerservicenummer",
            "paspoortnummer",
        ],
        of_person: &[],
        tails: &["number", "no", "nr", "num", "numero"],
        not_after: &["company"],
        not_of_type: &[DataType::Time],
    },
    Kind {
        label: "a bank account or card number",
        names: &[
            "iban",
            "bank account number",
            "bank account no",
            "bankaccount number",
            "credit card number",
            "creditcard number",
            "creditcardnumber",
            "card number",
            "card no",
            "cardnumber",
            "cc number",
            "cvv",
            "cvc",
            "numero carte",
            "numero de carte",
            "numero compte bancaire",
            "kontonummer",
            "bankkontonummer",
            "kreditkartennummer",
            "numero tarjeta",
            "numero de tarjeta",
            "cuenta bancaria",
            "numero carta credito",
            "numero conto corrente",
            "numero cartao",
            "numero do cartao",
            "conta bancaria",
            "rekeningnummer",
            "bankrekeningnummer",
            "creditcardnummer",
        ],
        of_person: &[],
        tails: &["number", "no", "nr", "nummer", "numero", "bancaire", "bleue", "credit", "credito"],
        not_after: &["gift", "loyalty", "member", "membership", "report", "score", "sim"],
        not_of_type: &[DataType::Time],
    },
    Kind {
        label: "a date of birth",
        names: &[
            "birth date",
            "birthdate",
            "date of birth",
            "dateofbirth",
            "birthday",
            "dob",
            "date naissance",
            "date de naissance",
            "geburtsdatum",
            "geburtstag",
            "fecha nacimiento",
            "fecha de nacimiento",
            "data nascita",
            "data di nascita",
            "data nascimento",
            "data de nascimento",
            "geboortedatum",
        ],
        of_person: &[],
        tails: &["date"],
        not_after: &["company", "next", "of"],
        not_of_type: &[],
    },
    Kind {
        label: "an IP address",
        names: &[
            "ip",
            "ipaddress",
            "ipaddr",
            "ipv4",
            "ipv6",
            "adresse ip",
            "direccion ip",
            "indirizzo ip",
            "endereco ip",
        ],
        of_person: &[],
        tails: &["address", "addr", "adres", "adresse", "v"],
        not_after: &[
            "allowlist",
            "by",
            "cluster",
            "dest",
            "destination",
            "dns",
            "elastic",
            "external",
            "gateway",
            "host",
            "instance",
            "internal",
            "machine",
            "node",
            "pod",
            "private",
            "public",
            "range",
            "router",
            "server",
            "static",
            "subnet",
            "via",
            "whitelist",
        ],
        not_of_type: &[DataType::Time],
    },
    Kind {
        label: "a person's name",
        names: &[
            "first name",
            "firstname",
            "last name",
            "lastname",
            "surname",
            "middle name",
            "middlename",
            "maiden name",
            "given name",
            "forename",
            "prenom",
            "nom famille",
            "nom de famille",
            "nom naissance",
            "nom de naissance",
            "vorname",
            "nachname",
            "familienname",
            "geburtsname",
            "apellido",
            "apellidos",
            "cognome",
            "sobrenome",
            "voornaam",
            "achternaam",
        ],
        of_person: &["full name", "fullname"],
        tails: &[],
        not_after: &[
            "brand", "campaign", "column", "company", "field", "file", "group", "page", "plan", "product", "project",
            "table",
        ],
        not_of_type: &[DataType::Number, DataType::Time],
    },
    Kind {
        label: "a home address",
        names: &[
            "home address",
            "residential address",
            "adresse domicile",
            "adresse du domicile",
            "wohnadresse",
            "privatadresse",
            "woonadres",
        ],
        of_person: &["street address", "postal address", "mailing address", "address line", "address street"],
        tails: &["line", "street"],
        not_after: &["company"],
        not_of_type: &[DataType::Number, DataType::Time],
    },
    Kind {
        label: "ethnicity, religion or sexual orientation",
        names: &[
            "ethnicity",
            "ethnic group",
            "ethnic origin",
            "religion",
            "sexual orientation",
            "origine ethnique",
            "orientation sexuelle",
            "orientacion sexual",
            "orientamento sessuale",
            "orientacao sexual",
        ],
        of_person: &[],
        tails: &[],
        not_after: &[],
        not_of_type: &[DataType::Number, DataType::Time],
    },
    Kind {
        label: "a password",
        names: &["password", "passwd", "mot de passe", "passwort", "kennwort", "contrasena", "senha", "wachtwoord"],
        of_person: &[],
        tails: &[],
        not_after: &["by", "change", "changed", "forgot", "forgotten", "reset", "via"],
        not_of_type: &[DataType::Number, DataType::Time],
    },
    Kind {
        label: "the identifier of someone's device",
        names: &["mac address", "macaddress", "imei", "idfa", "gaid", "advertising id"],
        of_person: &[],
        tails: &[],
        not_after: &["host", "node", "router", "server"],
        not_of_type: &[DataType::Time],
    },
];

/// Words that may follow any telling name: which one it is, how it was written, whose it is.
const TAILS: &[&str] = &[
    "alternate",
    "alternative",
    "c",
    "clean",
    "cleaned",
    "de",
    "del",
    "della",
    "di",
    "do",
    "du",
    "formatted",
    "home",
    "lower",
    "lowercase",
    "main",
    "normalised",
    "normalized",
    "original",
    "other",
    "pc",
    "personal",
    "primary",
    "private",
    "secondary",
    "van",
    "von",
    "work",
    "cliente",
    "clientes",
    "clienti",
    "contacto",
    "contatto",
    "dipendente",
    "empleado",
    "employe",
    "funcionario",
    "klant",
    "kunde",
    "medewerker",
    "mitarbeiter",
    "paciente",
    "paziente",
    "salarie",
    "titulaire",
    "usuario",
    "utente",
    "utilisateur",
    "utilizador",
];

/// Words before a telling name that make it a flag, a count or an event.
const NOT_AFTER: &[&str] = &[
    "allow",
    "allowed",
    "allows",
    "average",
    "avg",
    "can",
    "cnt",
    "count",
    "days",
    "did",
    "distinct",
    "does",
    "duplicate",
    "enable",
    "enabled",
    "has",
    "have",
    "include",
    "includes",
    "invalid",
    "is",
    "max",
    "min",
    "missing",
    "n",
    "nb",
    "nbr",
    "needs",
    "no",
    "not",
    "num",
    "opt",
    "optin",
    "optout",
    "pct",
    "percent",
    "preferred",
    "rate",
    "ratio",
    "rank",
    "requires",
    "send",
    "share",
    "should",
    "since",
    "sum",
    "total",
    "unique",
    "until",
    "unverified",
    "use",
    "uses",
    "valid",
    "validated",
    "verified",
    "verify",
    "was",
    "were",
    "with",
    "without",
];

/// Words that say that the value itself is no longer there to be read.
const TREATED: &[&str] = &[
    "anonymised",
    "anonymized",
    "cipher",
    "encrypted",
    "hash",
    "hashed",
    "hmac",
    "mask",
    "masked",
    "md5",
    "obfuscated",
    "pseudonymised",
    "pseudonymized",
    "redacted",
    "scrambled",
    "sha",
    "sha1",
    "sha2",
    "sha256",
    "sha512",
    "token",
    "tokenised",
    "tokenized",
    "truncated",
];

/// Words for people.
const PERSONS: &[&str] = &[
    "applicant",
    "buyer",
    "candidate",
    "cardholder",
    "client",
    "contact",
    "customer",
    "employee",
    "guest",
    "learner",
    "manager",
    "member",
    "owner",
    "passenger",
    "patient",
    "payer",
    "person",
    "profile",
    "recipient",
    "sender",
    "student",
    "subscriber",
    "teacher",
    "user",
    "visitor",
];

/// What kind of personal data a column holds, going by its name and, where it is declared, its type.
pub fn kind_of(name: &str, data_type: Option<&str>) -> Option<&'static Kind> {
    if !may_tell(name) {
        return None;
    }
    let words = Words::of(name);
    let may_hold = |kind: &Kind| {
        let of_type = data_type.map_or(DataType::Other, type_of);
        of_type != DataType::Boolean && !kind.not_of_type.contains(&of_type)
    };
    for start in 0..words.len() {
        let Some(named) = by_first_word().get(words.get(start)) else { continue };
        if words.any(0..words.len(), TREATED) {
            return None;
        }
        let found = named.iter().find(|name| name.fits(&words, start) && may_hold(name.kind));
        if let Some(name) = found {
            return Some(name.kind);
        }
    }
    None
}

/// One name of a kind, as its words.
struct Name {
    kind: &'static Kind,
    words: Vec<&'static str>,
    of_person: bool,
}

impl Name {
    fn fits(&self, words: &Words, start: usize) -> bool {
        let end = start + self.words.len();
        let is_here =
            end <= words.len() && self.words.iter().enumerate().all(|(at, word)| words.get(start + at) == *word);
        is_here
            && (end..words.len()).all(|at| self.may_follow(words.get(at)))
            && !words.any(0..start, NOT_AFTER)
            && !words.any(0..start, self.kind.not_after)
            && (!self.of_person || words.any(start.saturating_sub(1)..start, PERSONS))
    }

    fn may_follow(&self, word: &str) -> bool {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        // French for a customer, but an `email_client` is a program.
        let is_customer = word == "client" && self.words[0] != "email";
        is_number || is_customer || TAILS.contains(&word) || self.kind.tails.contains(&word)
    }
}

/// Every name by its first word, so that a column whose words tell nothing costs a few look-ups.
fn by_first_word() -> &'static HashMap<&'static str, Vec<Name>> {
    static NAMES: OnceLock<HashMap<&'static str, Vec<Name>>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names: HashMap<&'static str, Vec<Name>> = HashMap::new();
        for kind in KINDS {
            let all = kind.names.iter().map(|name| (name, false)).chain(kind.of_person.iter().map(|name| (name, true)));
            for (name, of_person) in all {
                let words: Vec<&'static str> = name.split(' ').collect();
                names.entry(words[0]).or_default().push(Name { kind, words, of_person });
            }
        }
        names
    })
}

/// Whether the longest word of any telling name is somewhere in a column's name, be it as a part of another word. Few
/// columns get beyond this, and it takes a fraction of the time that reading word by word does.
fn may_tell(name: &str) -> bool {
    static LONGEST: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let longest = LONGEST.get_or_init(|| {
        let names = by_first_word().values().flatten();
        let words: BTreeSet<&str> =
            names.filter_map(|name| name.words.iter().copied().max_by_key(|word| word.len())).collect();
        AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words).ok()
    });
    // The words have no accents, and a name may.
    !name.is_ascii() || longest.as_ref().is_none_or(|longest| longest.is_match(name))
}

/// The words of a name in lower case, without accents.
struct Words {
    text: String,
    words: Vec<Range<usize>>,
}

impl Words {
    fn of(name: &str) -> Self {
        let mut found = Self { text: String::with_capacity(name.len()), words: Vec::new() };
        let characters: Vec<char> = name.chars().collect();
        let mut is_new = true;
        for (at, &character) in characters.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| characters[before]);
            let after = characters.get(at + 1).copied();
            if !character.is_alphanumeric() {
                is_new = true;
                continue;
            }
            if is_new || begins_word(before, character, after) {
                found.begin();
                is_new = false;
            }
            found.push(character);
        }
        found.part_numbers();
        found
    }

    fn begin(&mut self) {
        self.words.push(self.text.len()..self.text.len());
    }

    fn push(&mut self, character: char) {
        for lower in character.to_lowercase() {
            self.text.push_str(without_accent(lower, &mut [0; 4]));
        }
        if let Some(word) = self.words.last_mut() {
            word.end = self.text.len();
        }
    }

    /// `email2` is `email` and `2`; `sha256` and `ipv4` are words.
    fn part_numbers(&mut self) {
        let mut parted = Vec::with_capacity(self.words.len());
        for word in std::mem::take(&mut self.words) {
            let text = &self.text[word.clone()];
            let letters = text.trim_end_matches(|last: char| last.is_ascii_digit()).len();
            let is_word = letters == 0 || letters == text.len() || TREATED.contains(&text) || text.starts_with("ipv");
            if is_word {
                parted.push(word);
            } else {
                parted.extend([word.start..word.start + letters, word.start + letters..word.end]);
            }
        }
        self.words = parted;
    }

    fn len(&self) -> usize {
        self.words.len()
    }

    fn get(&self, index: usize) -> &str {
        &self.text[self.words[index].clone()]
    }

    fn any(&self, range: Range<usize>, list: &[&str]) -> bool {
        range.into_iter().any(|index| list.contains(&self.get(index)))
    }
}

/// In `customerEmail` and `clientIPAddress` a capital begins a word.
fn begins_word(before: Option<char>, character: char, after: Option<char>) -> bool {
    let Some(before) = before else { return true };
    let ends_acronym = || before.is_uppercase() && after.is_some_and(char::is_lowercase);
    character.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit() || ends_acronym())
}

fn without_accent(character: char, buffer: &mut [u8; 4]) -> &str {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        other => other.encode_utf8(buffer),
    }
}

/// What a warehouse's type is, as far as it matters here.
fn type_of(data_type: &str) -> DataType {
    let data_type = data_type.trim().to_ascii_lowercase();
    let begins = |names: &[&str]| names.iter().any(|name| data_type.starts_with(name));
    if begins(&["bool", "bit"]) {
        DataType::Boolean
    } else if begins(&[
        "int", "bigint", "smallint", "tinyint", "number", "numeric", "decimal", "float", "double", "real",
    ]) {
        DataType::Number
    } else if begins(&["date", "time"]) {
        DataType::Time
    } else {
        DataType::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{TREATED, Words, kind_of};

    fn label(name: &str) -> Option<&'static str> {
        kind_of(name, None).map(|kind| kind.label)
    }

    #[test]
    fn reads_names_in_many_languages() {
        for (expected, names) in [
            (
                "an e-mail address",
                "email EMAIL Email e_mail e-mail customer_email customerEmail emailAddress email_address user_email_2 \
                 email2 billing_email_address Email__c adresse_email adresse_mail courriel_client adresse_mail_client \
                 correo_electronico correo indirizzo_email posta_elettronica endereco_email correio_eletronico \
                 e_mail_adresse emailadres email_klant notification_email primary_email email_primary owner_email",
            ),
            (
                "a phone number",
                "phone phone_number phoneNumber home_phone mobile_phone mobile_number contactPhone tel tel_portable \
                 numero_telephone telephone_client téléphone Telefonnummer telefon_kunde telefono_movil \
                 numero_telefono cellulare telefone telemovel telefoonnummer phone__c work_phone_1",
            ),
            (
                "an identity number",
                "ssn SSN social_security_number national_id passport_number numero_securite_sociale \
                 sozialversicherungsnummer steuer_id dni codice_fiscale cpf bsn employee_ssn drivers_license_number",
            ),
            (
                "a bank account or card number",
                "iban IBAN customer_iban iban_number credit_card_number card_number kontonummer numero_carte_bancaire \
                 numero_tarjeta rekeningnummer payment_card_number",
            ),
            (
                "a date of birth",
                "birth_date birthdate date_of_birth dob customer_dob birthday dateOfBirth date_naissance \
                 date_de_naissance geburtsdatum fecha_nacimiento fecha_de_nacimiento data_di_nascita data_nascimento \
                 geboortedatum date_naissance_client",
            ),
            (
                "an IP address",
                "ip ip_address ipAddress IPAddress client_ip clientIP last_sign_in_ip remote_ip ipv4 ip_v6 adresse_ip \
                 direccion_ip user_ipaddress",
            ),
            (
                "a person's name",
                "first_name last_name firstName FirstName lastname surname customer_last_name prenom prénom \
                 nom_famille nom_de_famille vorname Nachname apellidos cognome sobrenome voornaam user_full_name \
                 customer_fullname",
            ),
            (
                "a home address",
                "home_address residential_address user_street_address adresse_domicile customer_address_line_1",
            ),
            ("ethnicity, religion or sexual orientation", "ethnicity religion sexual_orientation orientation_sexuelle"),
            ("a password", "password user_password mot_de_passe passwort contraseña senha wachtwoord"),
            ("the identifier of someone's device", "mac_address imei idfa device_imei"),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(label(name), Some(expected), "{name}");
            }
        }
        assert_eq!(label("first name"), Some("a person's name"));
    }

    #[test]
    fn holds_its_tongue() {
        for name in "email_sent_count is_email_verified phone_model ip_count birth_year_bucket zip_file email_id \
 email_domain email_opt_in has_email total_email_sent email_subject email_type email_template_name \
 number_of_emails emails_sent last_email_sent email_bounced_date email_is_optin free_email \
 malformed_email generic_email welcome_email email_client email_content email_text email_handle \
 emailed_at email_key mail_id mailing_list_id phone_type iPhone is_phone iphone_version company_phone \
 account_phone phone_calls smart_phone tel_aviv hotel telemetry_type telegram_id mobile is_mobile \
 mobile_app birth_country birth_year year_of_birth birthday_campaign_id birth_rate place_of_birth \
 ip_domain ip_isp ip_range_first_ip server_ip host_ip public_ip trip_id ship_date zip zip_code tip \
 vip shipping_ip_rate ip_range cc_by_ip name full_name account_full_name product_name company_name \
 first_order_date last_login first_paid_plan_name product_first_name filename username user_name \
 display_name card_type gift_card_number card_number_last4 iban_country ban_id account_number tax_id \
 passport_country address address_id email_address_id street_address store_street_address \
 ip_address_type company_home_address password_changed_at password_reset_count reset_password \
 forgot_password ethnicity_region religion_count mac_version macro_id nombre_clientes nb_email nom \
 numero data_type date_key correo_enviado telefono_verificado telephone_valide scorecard identity_id \
 signup_source pip_value"
            .split_whitespace()
        {
            assert_eq!(label(name), None, "{name}");
        }
    }

    #[test]
    fn what_was_made_unreadable_is_treated() {
        for word in TREATED {
            assert_eq!(label(&format!("email_{word}")), None, "{word}");
            assert_eq!(label(&format!("{word}_email")), None, "{word}");
        }
        assert_eq!(label("ip_address_hash"), None);
        assert_eq!(label("hashed_user_email"), None);
    }

    #[test]
    fn a_declared_type_can_rule_it_out() {
        let holds = |name: &str, data_type: &str| kind_of(name, Some(data_type)).is_some();
        assert!(holds("email", "VARCHAR(255)"));
        assert!(!holds("email", "boolean"));
        assert!(!holds("email", "NUMBER(38,0)"));
        assert!(holds("phone", "bigint"));
        assert!(!holds("phone", "timestamp_ntz"));
        assert!(holds("birth_date", "date"));
        assert!(!holds("ip", "bool"));
    }

    #[test]
    fn splits_names_into_words() {
        let words = |name: &str| {
            let words = Words::of(name);
            (0..words.len()).map(|index| words.get(index).to_owned()).collect::<Vec<_>>().join(" ")
        };
        for (name, expected) in [
            ("customer_email", "customer email"),
            ("customerEmail", "customer email"),
            ("clientIPAddress", "client ip address"),
            ("IPAddress", "ip address"),
            ("EMAIL_ADDRESS", "email address"),
            ("Email__c", "email c"),
            ("address1", "address 1"),
            ("email_sha256", "email sha256"),
            ("ipv4", "ipv4"),
            ("line2Text", "line 2 text"),
            ("Prénom", "prenom"),
            ("first name", "first name"),
            ("", ""),
            ("_1", "1"),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}

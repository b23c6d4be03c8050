//! Tells from a column's name whether it holds personal data.
//!
//! Names are read word by word (`customerEmail`, `CUSTOMER_E_MAIL`), and all of a name has to make sense: what stands
//! behind the telling words must be harmless (`phone_number`, `email_2`), and before them there must be nothing that
//! makes it a flag, a count or a thing (`is_email`, `sent_email`, `server_ip`). So `email_sent_count`, `zip_file` and
//! `birth_year_bucket` say nothing, at the price of names that nobody would guess.

mod data_type;
mod kinds;
mod treated;
mod vocabulary;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use data_type::{DataType, type_of};
use kinds::{KINDS, Kind};
use vocabulary::{COMING, NOT_AFTER, PERSONS, TAILS, TREATED};
use words::Words;

pub use treated::says_treated;

/// What kind of personal data a column holds, going by its name and, where it is declared, its type.
pub fn kind_of(name: &str, data_type: Option<&str>) -> Option<&'static Kind> {
    if !may_tell(name) {
        return None;
    }
    let mut words = Words::of(name);
    words.part_behind(PERSONS, |word| word.len() > 3 && is_telling_alone(word));
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
            && !is_derived(words, start)
            && (!self.of_person || words.any(start.saturating_sub(1)..start, PERSONS))
    }

    fn may_follow(&self, word: &str) -> bool {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        // French for a customer, but an `email_client` is a program.
        let is_customer = word == "client" && self.words[0] != "email";
        is_number || is_customer || TAILS.contains(&word) || self.kind.tails.contains(&word)
    }
}

/// Whether what stands before makes it something that was found by what is named, as in `region_from_ip`, and not what came
/// from there, as in `from_email` and `sent_from_email`.
fn is_derived(words: &Words, start: usize) -> bool {
    start >= 2 && words.get(start - 1) == "from" && !COMING.contains(&words.get(start - 2))
}

/// Whether the word by itself is a name of a kind, so that `contactemail` is `contact` and `email`.
fn is_telling_alone(word: &str) -> bool {
    by_first_word().get(word).is_some_and(|names| names.iter().any(|name| name.words.len() == 1))
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

#[cfg(test)]
mod tests {
    use super::{TREATED, kind_of};

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
                 correo_electronico correo contactemail useremail indirizzo_email posta_elettronica endereco_email correio_eletronico \
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
            ("a year of birth", "year_of_birth birth_year customer_birth_year yob geburtsjahr année_de_naissance"),
            ("someone's gender", "patient_gender customerGender patient_sex user_gender"),
            (
                "an IP address",
                "ip ip_address ipAddress IPAddress client_ip clientIP last_sign_in_ip remote_ip ipv4 ip_v6 adresse_ip \
                 direccion_ip user_ipaddress",
            ),
            (
                "a person's name",
                "first_name last_name firstName FirstName lastname surname customer_last_name prenom prénom \
                 nom_famille nom_de_famille vorname Nachname apellidos cognome sobrenome voornaam user_full_name \
                 customer_fullname contactfirstname CONTACTLASTNAME",
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
 mobile_app birth_country birthday_campaign_id birth_rate place_of_birth \
 ip_domain ip_isp ip_range_first_ip server_ip host_ip public_ip trip_id ship_date zip zip_code tip \
 vip shipping_ip_rate ip_range cc_by_ip name full_name account_full_name product_name company_name \
 first_order_date last_login first_paid_plan_name product_first_name filename username user_name \
 display_name card_type gift_card_number card_number_last4 iban_country ban_id account_number tax_id \
 passport_country address address_id email_address_id street_address store_street_address \
 ip_address_type company_home_address password_changed_at password_reset_count reset_password \
 forgot_password ethnicity_region religion_count mac_version macro_id nombre_clientes nb_email nom \
 numero data_type date_key correo_enviado telefono_verificado telephone_valide scorecard identity_id \
 signup_source pip_value default_ccsr_category_ip suppress_internal_email__c suppress_external_email__c \
 ignored_phone agency_phone agency_email feed_contact_email feed_publisher_email product_gender gender geschlecht sex_ratio \
 gender_count membership contacttel usership"
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
    fn what_is_found_by_an_identifier_is_none() {
        for name in "dmCcgOfPracticeFromNHSNumber region_from_ip age_from_birth_date domain_from_email".split(' ') {
            assert_eq!(label(name), None, "{name}");
        }
        for name in "from_email message_from_email paidFromEmail".split(' ') {
            assert_eq!(label(name), Some("an e-mail address"), "{name}");
        }
        assert_eq!(label("practiceNHSNumber"), Some("an identity number"));
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
}
